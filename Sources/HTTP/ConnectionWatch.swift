import Glibc
import Synchronization

/// What one connection owes us next. Idle time alone catches no client that sends a byte every few
/// seconds, so each thing has a deadline, and a body a least speed.
final class ConnectionWatch: Sendable {
  private enum Duty {
    case nothing
    case deadline(ContinuousClock.Instant)
    case body(since: ContinuousClock.Instant, bytes: Int)
  }

  private let socket: Int32
  private let duty: Mutex<Duty>
  private let limits: SlowClientLimits

  init(socket: Int32, limits: SlowClientLimits) {
    (self.socket, self.limits) = (socket, limits)
    duty = Mutex(.deadline(.now + limits.firstHeader))
  }

  func bodyBegins() { duty.withLock { $0 = .body(since: .now, bytes: 0) } }

  func bodyGrew(_ count: Int) {
    duty.withLock { duty in
      if case .body(let since, let bytes) = duty {
        duty = .body(since: since, bytes: bytes + count)
      }
    }
  }

  /// The request is being answered; that is our affair.
  func isOurTurn() { duty.withLock { $0 = .nothing } }

  func answering(bytes: Int) {
    let patience = limits.answer + .seconds(bytes / limits.bytesPerSecond)
    duty.withLock { $0 = .deadline(.now + patience) }
  }

  func answered() { duty.withLock { $0 = .deadline(.now + limits.nextHeader) } }

  /// Cuts the connection off where it is late.
  func check(_ now: ContinuousClock.Instant) {
    let isLate = duty.withLock { duty -> Bool in
      switch duty {
      case .nothing: return false
      case .deadline(let deadline): return now > deadline
      case .body(let since, let bytes):
        let span = now - since
        guard span > limits.bodyWindow else { return false }
        let wanted = limits.bytesPerSecond * Int(limits.bodyWindow.components.seconds)
        duty = .body(since: now, bytes: 0)
        return bytes < wanted
      }
    }
    if isLate { shutdown(socket, Int32(SHUT_RDWR)) }
  }
}

/// How long slow clients are borne with.
public struct SlowClientLimits: Sendable {
  /// From the connection to the end of the first request's header.
  public var firstHeader = Duration.seconds(10)
  /// From an answer to the end of the next request's header.
  public var nextHeader = Duration.seconds(60)
  /// How long a body may be slower than `bytesPerSecond`.
  public var bodyWindow = Duration.seconds(30)
  public var bytesPerSecond = 1 << 10
  /// For taking an answer, besides what its bytes take at `bytesPerSecond`.
  public var answer = Duration.seconds(30)

  public init() {}
}
