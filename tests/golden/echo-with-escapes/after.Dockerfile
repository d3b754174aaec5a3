ARG BASE=base
FROM node:22-alpine AS base
FROM ${BASE}
RUN printf '%b\n' "a\nb" > /x && printf '%b\n' 'c\td' >> /x && echo plain >> /x && printf 'a\n' >> /x
RUN echo -n "a\n" one two; echo "x" "\n"
CMD ["node", "server.js"]
