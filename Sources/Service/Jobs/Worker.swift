import Foundation
import Glibc
import Settings

/// Takes jobs one after another and runs each in a process of its own.
final class Worker {
  private let source: any WorkSource
  /// Where the folders of jobs are made.
  private let folder: String
  private let program: String
  private let limits: JobLimits
  private let log: ServiceLog

  /// So long a job is said to be where its poster is done: clients who ask every few seconds wait for it.
  private static let posterMilliseconds = 3_000

  /// How much longer than its processor time a job may take by the clock, where it only waits.
  private static let wallFactor = 4

  init(
    _ source: any WorkSource, folder: String, program: String, limits: JobLimits, log: ServiceLog
  ) {
    (self.source, self.folder, self.program) = (source, folder, program)
    (self.limits, self.log) = (limits, log)
  }

  /// Works until `isWanted` says otherwise. Throws where it can never work: `ServiceError`.
  func run(while isWanted: () -> Bool) throws {
    defer { source.leave() }
    while isWanted() {
      do {
        let asked = Clock.steady()
        if let lease = try source.next() {
          let keeper = LeaseKeeper(source, lease, taken: max(asked, Clock.steady() - 1_000))
          defer { keeper.stop() }
          try attempt(lease, keeper, isWanted)
        }
      } catch let error as ServiceError {
        throw error
      } catch {
        log.write("worker-trouble", ["error": .string("\(error)")])
        sleep(1)
      }
    }
  }

  private func attempt(_ lease: Lease, _ keeper: LeaseKeeper, _ isWanted: () -> Bool) throws {
    KillPoint.pass("after-claim")
    let folder = "\(folder)/\(lease.job)-\(lease.attempt)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let started = Clock.steady()
    let ending: JobProcess.Ending
    do {
      try layOut(lease, in: folder, keeper, isWanted)
      let process = try JobProcess(
        folder: folder, program: program, limits: limits, isConnected: lease.plan.isConnected)
      ending = try follow(process, lease, folder, keeper, isWanted)
    } catch {
      ending = .failed(
        Job.Failure(kind: .system, code: "storage", message: "the job's files cannot be stored"))
      log.write("job-trouble", ["job": .string(lease.job), "error": .string("\(error)")])
    }
    let isHeld = keeper.isHeld
    if !isWanted() {
      try source.release(lease)
    } else if isHeld {
      try keeper.insist { try source.finish(lease, ending) }
    }
    log.write(
      "job",
      [
        "job": .string(lease.job), "kind": .string(lease.kind),
        "attempt": .integer(lease.attempt),
        // What became of it without a lease, or because we ended it, is nobody's fault.
        "ending": .string(!isWanted() ? "given back" : isHeld ? ending.name : "no longer ours"),
        "ms": .integer(Clock.steady() - started),
      ])
  }

  /// The inputs under the names that the verbs are to see.
  private func layOut(
    _ lease: Lease, in folder: String, _ keeper: LeaseKeeper, _ isWanted: () -> Bool
  ) throws {
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, blob) in lease.plan.inputs {
      try keeper.insist(while: isWanted) {
        try source.fetch(blob, for: lease, to: "\(folder)/\(name)")
      }
    }
    try Data(lease.plan.json.text().utf8).write(
      to: URL(fileURLWithPath: folder + "/" + JobTask.planFile))
  }

  /// Listens to the process, and keeps files as soon as they are whole.
  private func follow(
    _ process: JobProcess, _ lease: Lease, _ folder: String, _ keeper: LeaseKeeper,
    _ isWanted: () -> Bool
  ) throws -> JobProcess.Ending {
    var (phase, percent) = (Job.Phase.poster, 0)
    var posterSince = 0
    let deadline = Clock.steady() + Self.wallFactor * 1000 * Int(limits.seconds)
    return try process.wait { events in
      for event in events {
        switch event {
        case .progress(let fraction):
          percent = Int(min(max(fraction, 0), 1) * 100)
          if phase == .posterDone && Clock.steady() - posterSince > Self.posterMilliseconds {
            phase = .main
          }
        case .ready(let name):
          guard let kept = lease.plan.keep.first(where: { $0.name == name }) else { continue }
          try keeper.insist(while: isWanted) {
            try source.keep("\(folder)/\(name)", as: name, of: lease)
          }
          if kept.role == "poster" {
            phase = max(phase, .posterDone)
            posterSince = Clock.steady()
          }
        }
      }
      if !events.isEmpty { keeper.tell(phase, percent) }
      if !keeper.isHeld || !isWanted() || Clock.steady() > deadline { process.kill() }
    }
  }
}
