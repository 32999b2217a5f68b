import Dispatch
import Foundation
import Synchronization

/// Trouble that passes: asked again a little later, the same may well work.
protocol PassingTrouble: Error {
  var isPassing: Bool { get }
}

/// Renews a lease from a thread of its own, from when it was taken until its job is ended, so that nothing that takes
/// long (files that come and go) loses it. Whoever holds it is out of reach for a while keeps it as long as it may last.
final class LeaseKeeper: Sendable {
  private struct State {
    var phase = Job.Phase.poster
    var percent = 0
    var isNew = false
    var isHeld = true
    var isOver = false
    /// When the lease was last known to be held.
    var known: Int
  }

  private let source: any WorkSource
  private let lease: Lease
  private let state: Mutex<State>
  private let news = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// News are told no more often.
  private static let pauseMilliseconds = 250
  private static let renewMilliseconds = JobStore.leaseMilliseconds / 6
  /// Less than a lease, so that it is given up before others take it.
  private static let patience = JobStore.leaseMilliseconds - renewMilliseconds

  /// - Parameter taken: when the lease was asked for, by the steady clock.
  init(_ source: any WorkSource, _ lease: Lease, taken: Int) {
    (self.source, self.lease) = (source, lease)
    state = Mutex(State(known: taken))
    Thread.detachNewThread { [self] in
      keep()
      ended.signal()
    }
  }

  /// Whether the job is still ours; false where it was cancelled, too, and where nothing was heard for too long.
  var isHeld: Bool {
    state.withLock { $0.isHeld && Clock.steady() - $0.known < Self.patience }
  }

  func tell(_ phase: Job.Phase, _ percent: Int) {
    state.withLock { state in
      (state.phase, state.percent, state.isNew) = (phase, percent, true)
    }
    news.signal()
  }

  /// Does something that must be done, again and again for about as long as a lease lasts. Throws what will not pass, and
  /// what did not.
  ///
  /// - Parameter isWanted: whether it is worth waiting.
  func insist<Value>(while isWanted: () -> Bool = { true }, _ body: () throws -> Value) throws
    -> Value
  {
    let begun = Clock.steady()
    while true {
      do { return try body() } catch let error as any PassingTrouble where error.isPassing {
        guard isHeld, isWanted(), Clock.steady() - begun < Self.patience else { throw error }
        usleep(500_000)
      }
    }
  }

  /// Ends the renewing; returns once nothing is told any more.
  func stop() {
    state.withLock { $0.isOver = true }
    news.signal()
    ended.wait()
    ended.signal()
  }

  private func keep() {
    var renewed = Clock.steady()
    while true {
      _ = news.wait(timeout: .now() + 1)
      let (isOver, isNew, phase, percent) = state.withLock { state in
        defer { state.isNew = false }
        return (state.isOver, state.isNew, state.phase, state.percent)
      }
      if isOver { return }
      let isDue = isNew || Clock.steady() - renewed > Self.renewMilliseconds
      do {
        let asked = Clock.steady()
        let isHeld = try source.isHeld(lease, progress: isDue ? (phase, percent) : nil)
        if isDue { renewed = asked }
        state.withLock { state in
          state.isHeld = isHeld
          // Without a renewal it is only known that it has not run out.
          if isDue { state.known = asked }
        }
        if !isHeld { return }
      } catch {
        let isLost = state.withLock { state in
          if isNew { state.isNew = true }
          state.isHeld = Clock.steady() - state.known < Self.patience
          return !state.isHeld
        }
        if isLost { return }
        usleep(500_000)
      }
      usleep(UInt32(Self.pauseMilliseconds) * 1000)
    }
  }
}
