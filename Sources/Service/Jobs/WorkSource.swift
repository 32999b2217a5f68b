import Foundation
import Settings

/// A job that a worker has to itself, until its lease runs out.
struct Lease: Sendable {
  let job: String
  let attempt: Int
  let kind: String
  let plan: JobPlan
  /// What proves that it is held.
  let owner: String
}

/// Where a worker's jobs come from and go to: the store beside it, or a server over HTTP.
protocol WorkSource: Sendable {
  /// The next job; nil after a while without one.
  func next() throws -> Lease?
  /// Puts an input there under this name.
  func fetch(_ blob: String, for lease: Lease, to path: String) throws
  /// Takes in a file that the plan keeps, under the name that it has there.
  func keep(_ path: String, as name: String, of lease: Lease) throws
  /// Whether the lease is still held; that is where a cancelled job is noticed. With `progress`, it is
  /// renewed for certain, and how far it is is told.
  func isHeld(_ lease: Lease, progress: (phase: Job.Phase, percent: Int)?) throws -> Bool
  func finish(_ lease: Lease, _ ending: JobProcess.Ending) throws
  /// Gives a job back untouched.
  func release(_ lease: Lease) throws
  /// Says that no more is wanted.
  func leave()
}

/// The store and the blobs, which the worker has open itself.
final class StoreWork: WorkSource {
  private let store: Store
  private let blobs: BlobStore
  private let owner = LeaseOwner.here()

  init(_ store: Store, _ blobs: BlobStore) { (self.store, self.blobs) = (store, blobs) }

  func next() throws -> Lease? {
    let owner = owner
    if try !store.read({ try Workers.isSigned(owner, $0) }) {
      try store.writeNow { try Workers.sign(owner, $0) }
    }
    // Looked at before it is written, so that an idle worker syncs nothing.
    guard try store.read(JobStore.hasWork),
      let job = try store.writeNow({ try JobStore.claim(owner, $0) })
    else {
      try store.waitForWork()
      return nil
    }
    return try Lease(job, owner)
  }

  func fetch(_ blob: String, for lease: Lease, to path: String) throws {
    try? FileManager.default.removeItem(atPath: path)
    // A copy: what runs there reads strangers' files, and must not be able to change what others have.
    try FileManager.default.copyItem(atPath: blobs.fileNow(blob), toPath: path)
  }

  func keep(_ path: String, as name: String, of lease: Lease) throws {
    let (sha256, bytes) = try blobs.adoptNow(path)
    guard let output = lease.plan.output(name, blob: sha256, bytes: bytes) else { return }
    try store.writeNow { try JobStore.keep(output, of: lease, $0) }
  }

  func isHeld(_ lease: Lease, progress: (phase: Job.Phase, percent: Int)?) throws -> Bool {
    guard let progress else { return try store.read { try JobStore.isHeld(lease, $0) } }
    return try store.writeNow {
      try JobStore.heartbeat(lease, phase: progress.phase, progress: progress.percent, $0)
    }
  }

  func finish(_ lease: Lease, _ ending: JobProcess.Ending) throws {
    KillPoint.pass("before-finish")
    try store.writeNow { try JobStore.finish(lease, ending, $0) }
    KillPoint.pass("after-finish")
  }

  func release(_ lease: Lease) throws {
    try store.writeNow { try JobStore.release(lease, $0) }
  }

  func leave() { try? store.writeNow { [owner] in try Workers.leave(owner, $0) } }
}

extension Lease {
  init(_ job: Job, _ owner: String) throws {
    self.init(
      job: job.id, attempt: job.attempt, kind: job.kind, plan: try job.plan, owner: owner)
  }
}

extension JobPlan {
  /// The output that a file of this name is; nil where the plan does not keep it.
  func output(_ name: String, blob: String, bytes: Int) -> Job.Output? {
    guard let role = keep.first(where: { $0.name == name })?.role else { return nil }
    return Job.Output(
      role: role, blob: blob, name: String(name.split(separator: "/").last ?? ""),
      mediaType: Self.mediaType(name), bytes: bytes)
  }
}
