"""From picture files to batches: decoding, the cache, splits, class weights."""
