/**
 * What the operators of a country demand to be told with a message, besides its sender. Holds parts of the text: never
 * log it.
 */
export type Registration = {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** India: the principal entity's id, which goes with every message. */
  entityId: string | undefined;
  /** The id of the registered template that the text is one of; undefined where it is of none. */
  templateId: string | undefined;
  /** What stands in the text where its template has a variable, in this order. */
  variables: readonly string[];
  /** Fields of the provider's own API, by the names of its documentation. */
  parameters: Readonly<Record<string, unknown>>;
};
