FROM debian:13 AS build
RUN make install
FROM debian:13
COPY --from=build /usr/local/lib/libx.so.1 /usr/local/lib/
COPY app /app
CMD ["/app"]
