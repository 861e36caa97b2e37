import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.driver.ext.DebugSendChannelEndpoint;
import io.aeron.driver.ext.RandomLossGenerator;

/** Launches media drivers. */
final class Drivers {
  private Drivers() {
  }

  static MediaDriver launch(final String directory, final Request settings) {
    final MediaDriver.Context context = new MediaDriver.Context()
      .aeronDirectoryName(directory)
      .threadingMode(ThreadingMode.SHARED)
      .dirDeleteOnShutdown(true);
    for (final String name : settings.names()) {
      apply(context, name, settings.longNumber(name));
    }
    if (settings.has("lossPerMille")) {
      lose(context, settings.longNumber("lossPerMille") / 1000.0, settings.longNumber("lossSeed"));
    }
    return MediaDriver.launch(context);
  }

  private static void apply(final MediaDriver.Context context, final String name, final long value) {
    switch (name) {
      case "timerIntervalNs":
        context.timerIntervalNs(value);
        break;
      case "driverTimeoutMs":
        context.driverTimeoutMs(value);
        break;
      case "clientLivenessTimeoutNs":
        context.clientLivenessTimeoutNs(value);
        break;
      case "publicationUnblockTimeoutNs":
        context.publicationUnblockTimeoutNs(value);
        break;
      case "publicationConnectionTimeoutNs":
        context.publicationConnectionTimeoutNs(value);
        break;
      case "publicationLingerTimeoutNs":
        context.publicationLingerTimeoutNs(value);
        break;
      case "imageLivenessTimeoutNs":
        context.imageLivenessTimeoutNs(value);
        break;
      case "termBufferLength":
        context.publicationTermBufferLength(Math.toIntExact(value));
        break;
      case "ipcTermBufferLength":
        context.ipcTermBufferLength(Math.toIntExact(value));
        break;
      case "lossPerMille":
      case "lossSeed":
        break;
      default:
        throw new IllegalArgumentException("unknown setting " + name);
    }
  }

  /** Both directions lose data and control frames. */
  private static void lose(final MediaDriver.Context context, final double rate, final long seed) {
    context
      .sendChannelEndpointSupplier((channel, status, endpointContext) -> new DebugSendChannelEndpoint(
        channel,
        status,
        endpointContext,
        new RandomLossGenerator(rate, seed),
        new RandomLossGenerator(rate, seed + 1)))
      .receiveChannelEndpointSupplier((channel, dispatcher, status, endpointContext) -> new DebugReceiveChannelEndpoint(
        channel,
        dispatcher,
        status,
        endpointContext,
        new RandomLossGenerator(rate, seed + 2),
        new RandomLossGenerator(rate, seed + 3)));
  }
}
