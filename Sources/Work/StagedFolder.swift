import Foundation
import Glibc

/// A folder that is filled beside its final name and renamed once it is whole. Dropped without `commit`, it leaves nothing.
public final class StagedFolder {
  /// Where the folder will be.
  public let path: String
  /// Where its files go until then.
  public let temporaryPath: String
  private var isCommitted = false

  /// Creates missing parent folders. Throws `OutputError` where something is there already, or nothing can be written.
  public init(path: String) throws(OutputError) {
    let held = try? FileManager.default.contentsOfDirectory(atPath: path)
    guard held?.isEmpty ?? !FileManager.default.fileExists(atPath: path) else {
      throw OutputError("already-there", "something is there already; give another name", path)
    }
    let url = URL(fileURLWithPath: path)
    let beside = url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(getpid()).partial").path
    do {
      try FileManager.default.createDirectory(atPath: beside, withIntermediateDirectories: true)
    } catch {
      throw OutputError("cannot-create-folder", systemReason(error), beside)
    }
    (self.path, temporaryPath) = (path, beside)
  }

  deinit {
    if !isCommitted { try? FileManager.default.removeItem(atPath: temporaryPath) }
  }

  /// Puts the finished folder in its place.
  public func commit() throws(OutputError) {
    // An empty folder gives way to one that is renamed.
    guard unsafe rename(temporaryPath, path) == 0 else {
      throw OutputError("cannot-rename", unsafe String(cString: strerror(errno)), path)
    }
    isCommitted = true
  }
}
