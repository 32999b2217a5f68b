import Dispatch
import Synchronization

/// Runs jobs on other threads and hands their results to one consumer in the order of submission,
/// with a bounded number in flight: the producer waits, so memory stays bounded.
///
/// Not `Sendable`: one thread submits, and on that thread the consumer is called.
public final class OrderedPipeline<Output: Sendable> {
  private final class Slot: Sendable {
    let result = Mutex<Result<Output, any Error>?>(nil)
    let ready = DispatchSemaphore(value: 0)
  }

  /// Runs jobs in order on at most so many threads. A job that has to wait holds no thread: the system has
  /// few, and other pipelines want them too.
  private final class Workers: Sendable {
    private struct State {
      var waiting: [@Sendable () -> Void] = []
      var running = 0
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "ordered-pipeline", attributes: .concurrent)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func start(_ job: @escaping @Sendable () -> Void) {
      let isFree = state.withLock { state in
        state.waiting.append(job)
        if state.running == limit { return false }
        state.running += 1
        return true
      }
      if isFree { queue.async { while let job = self.next() { job() } } }
    }

    private func next() -> (@Sendable () -> Void)? {
      state.withLock { state in
        if !state.waiting.isEmpty { return state.waiting.removeFirst() }
        state.running -= 1
        return nil
      }
    }
  }

  private let work: WorkContext
  private let depth: Int
  private let consume: (Output) throws -> Void
  private let workers: Workers
  private var slots: [Slot] = []

  /// At most `depth` results wait or are being made; with one thread jobs run in place.
  public init(_ work: WorkContext, depth: Int, consume: @escaping (Output) throws -> Void) {
    self.work = work
    self.depth = max(1, depth)
    self.consume = consume
    workers = Workers(limit: max(1, work.threads))
  }

  /// Starts `job`, and first waits for the oldest one where the pipeline is full.
  public func submit(_ job: @escaping @Sendable () throws -> Output) throws {
    try work.checkCancelled()
    guard work.threads > 1 else { return try consume(job()) }
    while slots.count >= depth { try consumeOldest() }
    let slot = Slot()
    slots.append(slot)
    workers.start {
      let result = Result { try job() }
      slot.result.withLock { $0 = result }
      slot.ready.signal()
    }
  }

  /// Waits for everything and hands it on.
  public func finish() throws {
    while !slots.isEmpty { try consumeOldest() }
  }

  private func consumeOldest() throws {
    let slot = slots.removeFirst()
    slot.ready.wait()
    try consume(slot.result.withLock { try $0!.get() })
  }
}
