import Foundation
import Work

/// The folder a model lies in: the only place its files may come from.
struct ModelFolder {
  private let root: String?

  /// - Parameter path: nil for a model in memory, which has no files beside it.
  init(ofFile path: String?) {
    root = path.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().resolvingSymlinksInPath().path
    }
  }

  /// Reads a file that a model names by a relative path. Refuses schemes, absolute paths and whatever
  /// leaves the folder, symbolic links included.
  func read(_ name: String, at place: String) throws(FormatError) -> [UInt8] {
    let path = name.replacing("\\", with: "/")
    if path.contains("://") || path.hasPrefix("//") {
      throw FormatError(
        "remote-uri", "\"\(shortened(name))\" is not fetched; keep the file beside the model",
        at: place)
    }
    guard !path.isEmpty, !path.hasPrefix("/"), !path.contains("\0") else {
      throw FormatError(
        "outside-folder", "\"\(shortened(name))\" is not a relative path", at: place)
    }
    guard let root else {
      throw FormatError(
        "missing-file", "\"\(shortened(name))\" cannot lie beside a model in memory", at: place)
    }
    let resolved = URL(fileURLWithPath: root + "/" + path).standardizedFileURL
      .resolvingSymlinksInPath().path
    guard resolved.hasPrefix(root == "/" ? "/" : root + "/") else {
      throw FormatError(
        "outside-folder", "\"\(shortened(name))\" leaves the model's folder and is not opened",
        at: place)
    }
    guard fileBytes(resolved) ?? 0 <= SceneFile.byteLimit else {
      throw FormatError("too-large", "\"\(shortened(name))\" is over the size limit", at: place)
    }
    guard let data = FileManager.default.contents(atPath: resolved) else {
      throw FormatError("missing-file", "\"\(shortened(name))\" is not there", at: place)
    }
    return [UInt8](data)
  }

  private func shortened(_ name: String) -> String {
    name.count > 80 ? name.prefix(77) + "..." : name
  }
}
