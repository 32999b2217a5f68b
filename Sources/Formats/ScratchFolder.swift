import Foundation
import Work

/// A temporary folder whose trouble is that of a format.
enum ScratchFolder {
  static func use<Result>(
    _ body: (URL) throws(FormatError) -> Result
  ) throws(FormatError) -> Result {
    let folder: TemporaryFolder
    do {
      folder = try TemporaryFolder()
    } catch {
      throw FormatError(error.code, error.message, at: error.place, kind: error.kind)
    }
    defer { withExtendedLifetime(folder) {} }
    return try body(folder.url)
  }
}
