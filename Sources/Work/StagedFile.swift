import Foundation
import Glibc

/// An output that is written beside its final name and renamed once it is whole, so that nobody ever
/// sees half a file and an old file survives a failure. Dropped without `commit`, it leaves nothing.
public struct StagedFile: ~Copyable {
  /// Where the file will be.
  public let path: String
  /// Where to write it until then: in the same folder, so that renaming is atomic.
  public let temporaryPath: String
  private var isCommitted = false

  /// Creates missing parent folders. Throws `OutputError` where the folder cannot be written.
  public init(path: String) throws(OutputError) {
    let url = URL(fileURLWithPath: path)
    let folder = url.deletingLastPathComponent()
    let existing = try? FileManager.default.attributesOfItem(atPath: path)
    if existing?[.type] as? FileAttributeType == .typeDirectory {
      throw OutputError("is-a-folder", "the output is an existing folder; give a file name", path)
    }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw OutputError("cannot-create-folder", "the folder cannot be made", folder.path)
    }
    guard FileManager.default.isWritableFile(atPath: folder.path) else {
      throw OutputError("not-writable", "the folder cannot be written to", folder.path)
    }
    self.path = path
    let name = ".\(url.lastPathComponent).\(getpid()).partial"
    temporaryPath = folder.appendingPathComponent(name).path
  }

  deinit {
    if !isCommitted { _ = unsafe unlink(temporaryPath) }
  }

  /// Writes the whole content, beside the final name.
  public func fill(_ bytes: [UInt8]) throws(OutputError) {
    try Self.writeNow(bytes, to: temporaryPath, shownAs: path)
  }

  /// Writes a file where it stands, and leaves nothing where that fails.
  public static func writeNow(
    _ bytes: [UInt8], to path: String, shownAs name: String
  ) throws(OutputError) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    var isWhole = file >= 0
    var done = 0
    while isWhole && done < bytes.count {
      let step = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(file, buffer.baseAddress! + done, buffer.count - done)
      }
      if step < 0 && errno == EINTR { continue }
      isWhole = step > 0
      done += max(0, step)
    }
    let reason = errno
    // Some file systems say only now that the disk is full.
    if file >= 0, close(file) == 0, isWhole { return }
    if file >= 0 { _ = unsafe unlink(path) }
    throw OutputError(
      "cannot-write", unsafe String(cString: strerror(isWhole ? errno : reason)), name)
  }

  /// Puts the finished file in its place.
  public consuming func commit() throws(OutputError) {
    guard unsafe rename(temporaryPath, path) == 0 else {
      throw OutputError("cannot-rename", unsafe String(cString: strerror(errno)), path)
    }
    isCommitted = true
  }

  /// Writes a whole file at once.
  public static func write(_ bytes: [UInt8], to path: String) throws(OutputError) {
    try write([(path, bytes)])
  }

  /// Writes several files that belong together: all are written beside their places before the first
  /// is renamed, the last of the list first.
  public static func write(_ files: [(path: String, bytes: [UInt8])]) throws(OutputError) {
    guard let first = files.first else { return }
    let file = try StagedFile(path: first.path)
    try file.fill(first.bytes)
    try write(Array(files.dropFirst()))
    try file.commit()
  }
}

/// Why an output cannot be written.
public struct OutputError: ExplainedError, Equatable {
  public let code: String
  public let message: String
  public let place: String
  public var kind: FailureKind { .unwritableOutput }

  public init(_ code: String, _ message: String, _ place: String) {
    (self.code, self.message, self.place) = (code, message, place)
  }
}
