import { register } from 'node:module';

// Loaded before an ingress's own code: breaks it, so that the proof of crashes has a loss to find.
register('./resolve-producer.js', import.meta.url);
