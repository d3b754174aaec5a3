package units;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** What the service must answer; an image without a compiler or a shell can run these, too. */
final class SelfTest {
    private record Expectation(String path, int status, String body) {}

    private static final Expectation[] EXPECTATIONS = {
        new Expectation("/", 200, "units: foot kilometre metre mile\n"),
        new Expectation("/health", 200, "ok\n"),
        new Expectation("/convert?value=1&from=mile&to=metre", 200, "1609.344\n"),
        new Expectation("/convert?value=5&from=kilometre&to=mile", 200, "3.107\n"),
        new Expectation("/convert?value=one&from=foot&to=mile", 400, "not a number\n"),
        new Expectation("/convert?value=1&from=parsec&to=mile", 400, "unknown unit\n"),
        new Expectation("/nowhere", 404, "not found\n"),
    };

    private SelfTest() {}

    static boolean run() throws IOException, InterruptedException {
        Service service = Service.start(new InetSocketAddress("127.0.0.1", 0));
        HttpClient client = HttpClient.newHttpClient();
        boolean right = true;
        for (Expectation want : EXPECTATIONS) {
            URI address = URI.create("http://127.0.0.1:" + service.port() + want.path());
            var answer = client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
            boolean same = answer.statusCode() == want.status() && answer.body().equals(want.body());
            System.out.println((same ? "ok " : "wrong ") + want.path());
            right &= same;
        }
        service.stop();
        return right;
    }
}
