/** One route of Express and nothing else. */
import express from 'express';

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.post('/v1/sms', (_req, res) => {
  res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 11 });
  res.end('{"ok":true}');
});

app.listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.({ ready: true }));
