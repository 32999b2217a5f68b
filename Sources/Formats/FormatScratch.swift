import Foundation
import Work

extension ScratchFolder {
  /// Gives a folder to a body and takes it away afterwards; its own trouble is that of a format.
  static func use<Result>(
    _ body: (URL) throws(FormatError) -> Result
  ) throws(FormatError) -> Result {
    let folder: ScratchFolder
    do {
      folder = try ScratchFolder()
    } catch {
      throw FormatError(error.code, error.message, at: error.place, kind: error.kind)
    }
    defer { withExtendedLifetime(folder) {} }
    return try body(folder.url)
  }
}
