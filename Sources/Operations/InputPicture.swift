import Foundation
import Imaging

/// A picture that a call names.
enum InputPicture {
  /// - Parameter upright: turns a photograph as its camera noted. COLMAP does not, so that what it sees must not be.
  /// - Throws: `InputError` where it is not there or no picture.
  static func read(_ path: String, upright: Bool = true) throws -> Image {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError("missing-file", "the picture cannot be read", path)
    }
    do {
      return try ImageFile.decode([UInt8](data), upright: upright).image
    } catch {
      throw InputError("bad-picture", error.message, path)
    }
  }
}
