package units;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Converts lengths over HTTP: /convert?value=1&from=mile&to=metre. */
final class Service {
    private static final Map<String, Double> METRES =
        Map.of("metre", 1.0, "kilometre", 1000.0, "foot", 0.3048, "mile", 1609.344);

    private final HttpServer server;

    private Service(HttpServer server) {
        this.server = server;
    }

    static Service start(InetSocketAddress address) throws IOException {
        HttpServer server = HttpServer.create(address, 0);
        server.createContext("/", Service::answer);
        server.start();
        return new Service(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    void stop() {
        server.stop(0);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        switch (exchange.getRequestURI().getPath()) {
            case "/" -> send(exchange, 200, "units: " + String.join(" ", METRES.keySet().stream().sorted().toList()));
            case "/health" -> send(exchange, 200, "ok");
            case "/convert" -> convert(exchange);
            default -> send(exchange, 404, "not found");
        }
    }

    private static void convert(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        Map<String, String> fields = Arrays.stream((query == null ? "" : query).split("&"))
            .map(field -> field.split("=", 2))
            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[pair.length - 1], (first, second) -> first));
        Double from = METRES.get(fields.getOrDefault("from", ""));
        Double to = METRES.get(fields.getOrDefault("to", ""));
        if (from == null || to == null) {
            send(exchange, 400, "unknown unit");
            return;
        }
        try {
            double value = Double.parseDouble(fields.getOrDefault("value", ""));
            send(exchange, 200, String.format(java.util.Locale.ROOT, "%.3f", value * from / to));
        } catch (NumberFormatException notNumber) {
            send(exchange, 400, "not a number");
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
