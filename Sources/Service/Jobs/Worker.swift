import Foundation
import Glibc
import Settings

/// Leases jobs one after another and runs each in a process of its own.
final class Worker {
  private let store: Store
  private let blobs: BlobStore
  private let data: DataFolder
  private let program: String
  private let limits: JobLimits
  private let owner = LeaseOwner.here()
  private let log: ServiceLog
  /// When it last said that it is there.
  private var seen = -1_000_000

  /// So long a job is said to be where its poster is done: clients who ask every few seconds wait for it.
  private static let posterMilliseconds = 3_000

  /// How much longer than its processor time a job may take by the clock, where it only waits.
  private static let wallFactor = 4

  init(
    data: DataFolder, database: String?, program: String, limits: JobLimits, log: ServiceLog
  ) throws {
    (self.data, self.program, self.limits, self.log) = (data, program, limits, log)
    store = try data.open(database, writers: 1)
    blobs = try BlobStore(folder: data.blobs)
  }

  /// Works until `isWanted` says otherwise.
  func run(while isWanted: () -> Bool) {
    defer { try? store.writeNow { [owner] in try Workers.leave(owner, $0) } }
    while isWanted() {
      do {
        let owner = owner
        if Clock.steady() - seen > Workers.signMilliseconds {
          try store.writeNow { try Workers.sign(owner, $0) }
          seen = Clock.steady()
        }
        // Looked at before it is written, so that an idle worker syncs nothing.
        guard try store.read(Self.hasWork),
          let job = try store.writeNow({ try JobStore.claim(owner, $0) })
        else {
          try store.waitForWork()
          continue
        }
        try attempt(job, isWanted)
      } catch {
        log.write("worker-trouble", ["error": .string("\(error)")])
        sleep(1)
      }
    }
  }

  private static func hasWork(_ database: Connection) throws -> Bool {
    try database.first(
      "SELECT 1 FROM job WHERE state = 'queued' AND \(JobStore.isDue("?1")) LIMIT 1",
      [.integer(Clock.now())]
    ) { _ in true } ?? false
  }

  private func attempt(_ job: Job, _ isWanted: () -> Bool) throws {
    KillPoint.pass("after-claim")
    let folder = "\(data.work)/\(job.id)-\(job.attempt)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let started = Clock.steady()
    let ending: JobProcess.Ending
    var kept: [Job.Output] = []
    let plan = try job.plan
    do {
      try layOut(plan, in: folder)
      let process = try JobProcess(
        folder: folder, program: program, limits: limits, isConnected: plan.isConnected)
      (ending, kept) = try follow(process, job, plan, folder, isWanted)
    } catch {
      ending = .failed(
        Job.Failure(kind: .system, code: "storage", message: "the job's files cannot be stored"))
      log.write("job-trouble", ["job": .string(job.id), "error": .string("\(error)")])
    }
    guard isWanted() else {
      let owner = owner
      return try store.writeNow { try JobStore.release(job.id, by: owner, $0) }
    }
    try finish(job, plan, ending, kept)
    log.write(
      "job",
      [
        "job": .string(job.id), "kind": .string(job.kind), "attempt": .integer(job.attempt),
        "ending": .string(Self.name(ending)), "ms": .integer(Clock.steady() - started),
      ])
  }

  private static func name(_ ending: JobProcess.Ending) -> String {
    switch ending {
    case .done: "done"
    case .failed(let failure): failure.code
    case .crashed(let how): how
    }
  }

  /// The inputs under the names that the verbs are to see.
  private func layOut(_ plan: JobPlan, in folder: String) throws {
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Copies: what runs there reads strangers' files, and must not be able to change what others have.
    for (name, blob) in plan.inputs {
      try FileManager.default.copyItem(atPath: blobs.path(blob), toPath: "\(folder)/\(name)")
    }
    try Data(plan.json.text().utf8).write(to: URL(fileURLWithPath: folder + "/" + JobTask.planFile))
  }

  /// Listens to the process, renews the lease, and keeps files as soon as they are whole.
  private func follow(
    _ process: JobProcess, _ job: Job, _ plan: JobPlan, _ folder: String, _ isWanted: () -> Bool
  ) throws -> (JobProcess.Ending, [Job.Output]) {
    let owner = owner
    var kept: [Job.Output] = []
    var (phase, progress) = (Job.Phase.poster, 0)
    let started = Clock.steady()
    var renewed = started
    var posterSince = 0
    let deadline = started + Self.wallFactor * 1000 * Int(limits.seconds)
    let ending = try process.wait { events in
      var isNew = false
      for event in events {
        switch event {
        case .progress(let fraction):
          progress = Int(min(max(fraction, 0), 1) * 100)
          if phase == .posterDone && Clock.steady() - posterSince > Self.posterMilliseconds {
            phase = .main
          }
          isNew = true
        case .ready(let name):
          guard let output = try keep(name, plan, folder) else { continue }
          kept.append(output)
          if output.role == "poster" {
            phase = max(phase, .posterDone)
            posterSince = Clock.steady()
          }
          isNew = true
          let (id, only) = (job.id, output)
          try store.writeNow { database in
            guard try JobStore.isHeld(id, by: owner, database) else { return }
            try JobStore.keep(only, of: id, database)
          }
        }
      }
      let isHeld: Bool
      if isNew || Clock.steady() - renewed > 15_000 {
        renewed = Clock.steady()
        let (id, phase, progress) = (job.id, phase, progress)
        isHeld = try store.writeNow {
          try JobStore.heartbeat(id, by: owner, phase: phase, progress: progress, $0)
        }
      } else {
        isHeld = try store.read { try JobStore.isHeld(job.id, by: owner, $0) }
      }
      if !isHeld || !isWanted() || Clock.steady() > deadline { process.kill() }
    }
    return (ending, kept)
  }

  private func keep(_ name: String, _ plan: JobPlan, _ folder: String) throws -> Job.Output? {
    guard let role = plan.keep.first(where: { $0.name == name })?.role else { return nil }
    let (sha256, bytes) = try blobs.adopt("\(folder)/\(name)")
    return Job.Output(
      role: role, blob: sha256, name: (name as NSString).lastPathComponent,
      mediaType: JobPlan.mediaType(name), bytes: bytes)
  }

  private func finish(
    _ job: Job, _ plan: JobPlan, _ ending: JobProcess.Ending, _ kept: [Job.Output]
  ) throws {
    KillPoint.pass("before-finish")
    let owner = owner
    try store.writeNow { database in
      switch ending {
      case .done(let result):
        let seconds = result["seconds"]?.double ?? 0
        _ = try JobStore.succeed(
          job, by: owner, outputs: kept, result: result,
          price: plan.meter?.price(seconds: seconds) ?? job.price, database)
      case .failed(let failure):
        try JobStore.fail(job, by: owner, failure, crashed: false, database)
      case .crashed(let how):
        let failure = Job.Failure(kind: .system, code: "crashed", message: how)
        try JobStore.fail(job, by: owner, failure, crashed: true, database)
      }
    }
    KillPoint.pass("after-finish")
  }
}
