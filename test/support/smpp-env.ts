/** Settings of a gateway that sends by an SMSC on this port, and by `http` where that fails. */
export const smppEnv = (port: number) => ({
  PROVIDERS: 'smpp,http',
  SMPP_URL: `smpp://127.0.0.1:${port}`,
  SMPP_SYSTEM_ID: 'gateway',
  SMPP_PASSWORD: 'secret08',
  SMPP_FROM: 'Acme',
});
