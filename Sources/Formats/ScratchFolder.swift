import Foundation
import Work

/// A folder of our own that is gone afterwards.
enum ScratchFolder {
  static func use<Result>(
    _ body: (URL) throws(FormatError) -> Result
  ) throws(FormatError) -> Result {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("maquette-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FormatError(
        "temporary-folder", error.localizedDescription, at: folder.path, kind: .unwritableOutput)
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
