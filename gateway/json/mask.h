/* What remains of a sensitive value for those who may not see it whole. */
#ifndef DANDELION_GATEWAY_JSON_MASK_H
#define DANDELION_GATEWAY_JSON_MASK_H

enum { MASK_SIZE = 24 };

/* "" stays "", an ID number keeps its first six and last four characters, a mobile number its first three and last
 * four digits; anything else becomes "***", whatever its length. Returns `mask`. */
const char *mask_text(const char *text, char mask[MASK_SIZE]);

#endif
