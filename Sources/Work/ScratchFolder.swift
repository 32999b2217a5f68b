public import Foundation

/// A folder of our own that is gone with its last reference.
public final class ScratchFolder {
  public let url: URL

  public init() throws(OutputError) {
    // Links followed: what lies in it is compared with paths that others have followed.
    url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("maquette-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw OutputError("temporary-folder", systemReason(error), url.path)
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  public func file(_ name: String) -> String { url.appendingPathComponent(name).path }
}
