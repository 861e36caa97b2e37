import io.aeron.Aeron;
import io.aeron.Counter;
import io.aeron.driver.MediaDriver;
import io.aeron.exceptions.RegistrationException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * Drivers and clients of the reference implementation behind a pipe: reads a command per line from standard input and
 * writes an answer per line to standard output. In between it publishes and polls, all in one thread.
 */
public final class Peer {
  private static final String END = "";

  private final ConcurrentLinkedQueue<String> commands = new ConcurrentLinkedQueue<>();
  private final Map<String, MediaDriver> drivers = new HashMap<>();
  private final Map<String, ReferenceClient> clients = new HashMap<>();
  private final Map<String, Publisher> publishers = new HashMap<>();
  private final Map<String, Subscriber> subscribers = new HashMap<>();
  private final Map<String, Counter> counters = new HashMap<>();

  public static void main(final String[] arguments) {
    final PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    System.setOut(System.err);
    final Peer peer = new Peer();
    final Thread reader = new Thread(peer::read);
    reader.setDaemon(true);
    reader.start();
    peer.run(answers);
    // The threads of drivers and clients that are open would keep the process alive.
    System.exit(0);
  }

  private void read() {
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        commands.add(line);
      }
    } catch (final IOException e) {
      e.printStackTrace();
    }
    commands.add(END);
  }

  private void run(final PrintStream answers) {
    final IdleStrategy idle = new BackoffIdleStrategy(
      10, 20, TimeUnit.MICROSECONDS.toNanos(10), TimeUnit.MILLISECONDS.toNanos(1));
    while (true) {
      int work = 0;
      final String command = commands.poll();
      if (command != null) {
        if (command.equals(END)) {
          return;
        }
        answers.println(Json.print(answer(command)));
        answers.flush();
        work++;
      }
      for (final Publisher publisher : publishers.values()) {
        work += publisher.step();
      }
      for (final Subscriber subscriber : subscribers.values()) {
        work += subscriber.step();
      }
      idle.idle(work);
    }
  }

  private Map<String, Object> answer(final String line) {
    final Map<String, Object> answer = new LinkedHashMap<>();
    try {
      answer(new Request(line), answer);
      answer.put("ok", true);
    } catch (final RegistrationException e) {
      fail(answer, e);
      answer.put("errorName", e.errorCode().name());
    } catch (final Exception e) {
      fail(answer, e);
    }
    return answer;
  }

  private static void fail(final Map<String, Object> answer, final Exception e) {
    answer.put("ok", false);
    answer.put("error", e.toString());
    answer.put("at", Arrays.toString(Arrays.copyOf(e.getStackTrace(), Math.min(6, e.getStackTrace().length))));
  }

  private void answer(final Request request, final Map<String, Object> answer) throws ReflectiveOperationException {
    final String name = request.has("name") ? request.text("name") : "";
    switch (request.text("command")) {
      case "launch": {
        drivers.put(name, Drivers.launch(request.text("dir"), request.settings()));
        answer.put("dir", request.text("dir"));
        break;
      }

      case "connect": {
        final ReferenceClient client = new ReferenceClient(request);
        clients.put(name, client);
        answer.put("clientId", client.aeron.clientId());
        break;
      }

      case "addPublication": {
        final Aeron aeron = client(request);
        final String channel = request.text("channel");
        final int streamId = request.number("streamId");
        final Publisher publisher = new Publisher(request.is("exclusive") ?
          aeron.addExclusivePublication(channel, streamId) : aeron.addPublication(channel, streamId));
        publishers.put(name, publisher);
        publisher.describe(answer);
        break;
      }

      case "addSubscription": {
        final Subscriber subscriber = new Subscriber(client(request), request);
        subscribers.put(name, subscriber);
        subscriber.describe(answer);
        break;
      }

      case "addCounter": {
        final int typeId = request.number("typeId");
        final Counter counter = request.has("registrationId") ?
          Since148.addStaticCounter(
            client(request), typeId, request.text("label"), request.longNumber("registrationId")) :
          client(request).addCounter(typeId, request.text("label"));
        counters.put(name, counter);
        answer.put("id", counter.id());
        answer.put("registrationId", counter.registrationId());
        break;
      }

      case "setCounter":
        counters.get(name).set(request.longNumber("value"));
        break;

      case "nextSessionId":
        answer.put("sessionId", Since148.nextSessionId(client(request), request.number("streamId")));
        break;

      case "publish":
        publishers.get(name).publish(request);
        break;

      case "claim":
        answer.put("result", publishers.get(name).claimForever(request.number("length")));
        break;

      case "resume":
        subscribers.get(name).resume();
        break;

      case "state":
        state(name, answer);
        break;

      case "reject":
        subscribers.get(name).reject(request.text("reason"));
        break;

      case "revoke":
        Since148.revoke(publishers.get(name).publication);
        break;

      case "close":
        close(name);
        break;

      case "clientCounters":
        answer.put("counters", Directory.counters(client(request).countersReader()));
        break;

      case "counters":
        answer.put("counters", new Directory(request.text("dir")).counters());
        break;

      case "facts":
        answer.put("facts", new Directory(request.text("dir")).facts());
        break;

      case "errors":
        answer.put("errors", new Directory(request.text("dir")).errors());
        break;

      case "losses":
        answer.put("losses", new Directory(request.text("dir")).losses());
        break;

      default:
        throw new IllegalArgumentException("unknown command");
    }
  }

  private Aeron client(final Request request) {
    return clients.get(request.text("client")).aeron;
  }

  private void state(final String name, final Map<String, Object> answer) {
    if (publishers.containsKey(name)) {
      publishers.get(name).state(answer);
    } else if (subscribers.containsKey(name)) {
      subscribers.get(name).state(answer);
    } else {
      clients.get(name).state(answer);
    }
  }

  /** State can still be asked for afterwards. */
  private void close(final String name) {
    if (publishers.containsKey(name)) {
      publishers.get(name).publication.close();
    } else if (subscribers.containsKey(name)) {
      subscribers.get(name).subscription.close();
    } else if (clients.containsKey(name)) {
      clients.get(name).aeron.close();
    } else if (counters.containsKey(name)) {
      counters.remove(name).close();
    } else {
      drivers.remove(name).close();
    }
  }
}
