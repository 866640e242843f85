#!/bin/sh
echo "the schema engine binary is not used in this project; see npm run db:new" >&2
exit 97
