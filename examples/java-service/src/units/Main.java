package units;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Starts the service, or with the word selftest its tests. */
public final class Main {
    private Main() {}

    public static void main(String[] words) throws IOException, InterruptedException {
        if (words.length > 0 && words[0].equals("selftest")) {
            System.exit(SelfTest.run() ? 0 : 1);
        }
        Service service = Service.start(new InetSocketAddress(8080));
        Runtime.getRuntime().addShutdownHook(new Thread(service::stop));
        System.out.println("listening on port " + service.port());
    }
}
