import Synchronization

/// Content that is made while it is sent, such as server-sent events. What is sent waits for a slow
/// client up to a limit; then the stream ends.
public final class ResponseStream: Sendable {
  private struct State {
    var waiting: [UInt8] = []
    var isFinished = false
    /// Called once when there is something to take.
    var wake: (@Sendable () -> Void)?
  }

  private static let limit = 1 << 20
  private let state = Mutex(State())

  public init() {}

  /// Adds bytes; false once nobody takes them any more.
  @discardableResult public func send(_ text: String) -> Bool {
    let (isOpen, wake) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
      guard !state.isFinished else { return (false, nil) }
      state.waiting += Array(text.utf8)
      if state.waiting.count > Self.limit { state.isFinished = true }
      defer { state.wake = nil }
      return (!state.isFinished, state.wake)
    }
    wake?()
    return isOpen
  }

  /// Ends the stream after what was sent.
  public func finish() {
    let wake = state.withLock { state in
      state.isFinished = true
      defer { state.wake = nil }
      return state.wake
    }
    wake?()
  }

  public var isFinished: Bool { state.withLock { $0.isFinished } }

  enum Piece: Equatable {
    case bytes([UInt8])
    case nothingYet
    case end
  }

  /// Takes up to `count` bytes. Where there are none, `beforeWaiting` runs before anybody can call
  /// `wake`.
  func take(
    _ count: Int, beforeWaiting: () -> Void, wake: @escaping @Sendable () -> Void
  ) -> Piece {
    state.withLock { state in
      if !state.waiting.isEmpty {
        let piece = Array(state.waiting.prefix(count))
        state.waiting.removeFirst(piece.count)
        return .bytes(piece)
      }
      if state.isFinished { return .end }
      beforeWaiting()
      state.wake = wake
      return .nothingYet
    }
  }
}
