import Synchronization

/// A flag that any thread, or a signal handler's dispatch source, may raise.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)

  public init() {}

  public var isCancelled: Bool { flag.load(ordering: .relaxed) }

  public func cancel() { flag.store(true, ordering: .relaxed) }
}

/// The work was asked to stop, and stopped.
public struct WorkCancelled: Error, Equatable {
  public init() {}
}
