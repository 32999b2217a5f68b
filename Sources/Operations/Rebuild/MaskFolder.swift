import Foundation
import Imaging
import Reconstruction

/// Masks by the names of the pictures they belong to.
struct MaskFolder: Sendable {
  private let path: String
  private let files: [String: String]

  init(_ path: String) throws {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw InputError("missing-folder", "the folder of masks cannot be read", path)
    }
    self.path = path
    files = Dictionary(
      names.sorted().map { (Self.stem($0), $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func stem(_ name: String) -> String {
    ((name as NSString).lastPathComponent as NSString).deletingPathExtension
  }

  func mask(of picture: String) throws -> Image {
    // COLMAP's masks are called after the whole name of the picture.
    let stem = Self.stem(picture)
    let whole = (picture as NSString).lastPathComponent
    guard let name = files[stem] ?? files[whole],
      let data = FileManager.default.contents(atPath: path + "/" + name)
    else {
      throw ReconstructionError("no-mask", "there is no mask for it in \(path)", at: picture)
    }
    do {
      return try ImageFile.decode([UInt8](data)).image
    } catch {
      throw InputError("bad-mask", error.message, path + "/" + name)
    }
  }
}
