import Dispatch
import Glibc
import Work

/// Turns SIGINT and SIGTERM into cancellation, so that work ends cleanly and leaves nothing half-written.
struct Signals {
  private let sources: [any DispatchSourceSignal]

  init(cancelling cancellation: Cancellation) {
    // A reader that goes away is an error of the write, not the end of the program.
    _ = signal(SIGPIPE, SIG_IGN)
    // Not ignored meanwhile: a signal that came before the source listens would be lost. Until then the
    // system ends the program, which has nothing yet to put in order.
    sources = [SIGINT, SIGTERM].map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        cancellation.cancel()
        // Who asks twice means it.
        _ = signal(number, SIG_DFL)
      }
      source.resume()
      return source
    }
  }

  func stop() { for source in sources { source.cancel() } }
}
