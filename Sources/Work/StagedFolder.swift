import Foundation

/// A folder that is filled under another name and put in its place once it is whole. Dropped without `commit`, it leaves
/// nothing.
public final class StagedFolder {
  /// Where the folder will be.
  public let path: String
  /// Where its files go until then: beside it, or within where an empty folder is there already, which may be a link or a
  /// volume of its own.
  public let temporaryPath: String
  private let isThere: Bool

  /// Creates missing parent folders. Throws `OutputError` where something is there already, or nothing can be written.
  public init(path: String) throws(OutputError) {
    let held = try? FileManager.default.contentsOfDirectory(atPath: path)
    isThere = held != nil
    guard held?.isEmpty ?? !FileManager.default.fileExists(atPath: path) else {
      throw OutputError("already-there", "something is there already; give another name", path)
    }
    let url = URL(fileURLWithPath: path)
    let parent = isThere ? url : url.deletingLastPathComponent()
    self.path = path
    temporaryPath =
      parent.appendingPathComponent(".\(url.lastPathComponent).\(UUID().uuidString).partial").path
    do {
      try FileManager.default.createDirectory(
        atPath: temporaryPath, withIntermediateDirectories: true)
    } catch {
      throw OutputError("cannot-create-folder", systemReason(error), temporaryPath)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: temporaryPath) }

  /// Puts the finished folder in its place.
  public func commit() throws(OutputError) {
    do {
      guard isThere else {
        return try FileManager.default.moveItem(atPath: temporaryPath, toPath: path)
      }
      for name in try FileManager.default.contentsOfDirectory(atPath: temporaryPath) {
        try FileManager.default.moveItem(
          atPath: temporaryPath + "/" + name, toPath: path + "/" + name)
      }
    } catch {
      throw OutputError("cannot-rename", systemReason(error), path)
    }
  }
}
