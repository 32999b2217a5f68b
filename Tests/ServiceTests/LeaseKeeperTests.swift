import Foundation
import Settings
import Synchronization
import Testing

@testable import Service

/// Leases that are renewed whatever takes long, and given up where they are lost.
struct LeaseKeeperTests {
  private struct Passing: PassingTrouble { let isPassing: Bool }

  /// Answers by a script.
  private final class Source: WorkSource {
    let answers: Mutex<[Result<Bool, Passing>]>
    let told = Mutex<[Int]>([])

    init(_ answers: [Result<Bool, Passing>]) { self.answers = Mutex(answers) }

    func isHeld(_ lease: Lease, progress: (phase: Job.Phase, percent: Int)?) throws -> Bool {
      if let progress { told.withLock { $0.append(progress.percent) } }
      let next = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
      return try next.get()
    }

    func next() throws -> Lease? { nil }
    func fetch(_ blob: String, for lease: Lease, to path: String) throws {}
    func keep(_ path: String, as name: String, of lease: Lease) throws {}
    func finish(_ lease: Lease, _ ending: JobProcess.Ending) throws {}
    func release(_ lease: Lease) throws {}
    func leave() {}
  }

  private static let lease = Lease(
    job: "job", attempt: 1, kind: "render", plan: JobPlan(inputs: [], steps: [], keep: []),
    owner: "lease_x")

  /// Until it is so; a test on a busy machine waits longer.
  private func wait(_ condition: () -> Bool) -> Bool {
    for _ in 0..<6000 where !condition() { usleep(10_000) }
    return condition()
  }

  @Test func newsAreToldAndTroubleThatPassesIsBorne() {
    let source = Source([.failure(Passing(isPassing: true)), .success(true)])
    let keeper = LeaseKeeper(source, Self.lease, taken: Clock.steady())
    keeper.tell(.main, 40)
    // What could not be told the first time is told again.
    #expect(wait { source.told.withLock { $0.filter { $0 == 40 }.count } >= 2 })
    #expect(keeper.isHeld)
    keeper.stop()
  }

  @Test func whatIsNotHeldAnyMoreIsGivenUp() {
    let keeper = LeaseKeeper(Source([.success(false)]), Self.lease, taken: Clock.steady())
    #expect(wait { !keeper.isHeld })
    // Then nobody insists any more.
    #expect(throws: Passing.self) {
      try keeper.insist { () -> Void in throw Passing(isPassing: true) }
    }
    keeper.stop()
  }

  @Test func aServerThatStaysSilentLosesTheLease() {
    // It was asked for longer ago than leases are waited for.
    let keeper = LeaseKeeper(
      Source([.failure(Passing(isPassing: true))]), Self.lease,
      taken: Clock.steady() - JobStore.leaseMilliseconds)
    #expect(wait { !keeper.isHeld })
    keeper.stop()
  }

  @Test func whatPassesIsAskedAgainAndWhatDoesNotIsThrown() throws {
    let keeper = LeaseKeeper(Source([.success(true)]), Self.lease, taken: Clock.steady())
    var attempts = 0
    let answer = try keeper.insist {
      attempts += 1
      if attempts < 3 { throw Passing(isPassing: true) }
      return attempts
    }
    #expect(answer == 3)
    #expect(throws: Passing.self) {
      try keeper.insist { () -> Void in throw Passing(isPassing: false) }
    }
    keeper.stop()
  }
}
