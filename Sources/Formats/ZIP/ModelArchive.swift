import Archives
import Foundation
import Scenes
import Work

/// A ZIP that holds a model and its files: OBJ with materials and pictures, glTF with its buffers, or one file.
enum ModelArchive {
  /// The name of the one model in it.
  static func model(in path: String) throws(FormatError) -> String {
    try check(path)
    let names: [String]
    do throws(ArchiveError) {
      names = try ArchiveReader(path: path).names
    } catch {
      throw Self.error(error, at: path)
    }
    return try model(among: names, of: path)
  }

  /// Unpacks it, reads the model, and leaves nothing behind.
  static func read(_ path: String, door: MeshDoor) throws(FormatError) -> Scene {
    try check(path)
    return try ScratchFolder.use { (folder) throws(FormatError) in
      let names: [String]
      do throws(ArchiveError) {
        names = try ArchiveReader.unpack(path, into: folder)
      } catch {
        throw Self.error(error, at: path)
      }
      let model = try model(among: names, of: path)
      do throws(FormatError) {
        return try SceneFile.read(
          folder.appendingPathComponent(model).path, log: door.log, isTolerant: door.isTolerant,
          cancellation: door.cancellation)
      } catch {
        let place = error.place.replacing(folder.path + "/", with: "")
        throw FormatError(error.code, error.message, at: "\(path), \(place)", kind: error.kind)
      }
    }
  }

  /// A ZIP by its first bytes: of other archives the names cannot be had without unpacking everything.
  private static func check(_ path: String) throws(FormatError) {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw FormatError("missing-file", "the file is not there", at: path)
    }
    guard let start = try? file.read(upToCount: 2), start.elementsEqual("PK".utf8) else {
      throw FormatError("bad-zip", "the file does not begin as a ZIP does", at: path)
    }
  }

  /// A scene's files in a ZIP; pictures are not deflated again.
  static func bytes(
    _ files: [(name: String, bytes: [UInt8])]
  ) throws(FormatError) -> [UInt8] {
    let pictures = files.map(\.name).filter { !$0.hasSuffix(".obj") && !$0.hasSuffix(".mtl") }
    do throws(ArchiveError) {
      return try DeflatedZip.bytes(files, stored: Set(pictures))
    } catch {
      throw Self.error(error, at: "")
    }
  }

  /// glTF before OBJ before the rest: a folder often has the same model in several formats, but two of one kind
  /// are a question only their owner can answer.
  private static func model(among names: [String], of path: String) throws(FormatError) -> String {
    let shown = names.filter { name in
      !name.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "__MACOSX" }
    }
    func named(_ formats: [SceneFormat]) -> [String] {
      shown.filter { name in
        let format = SceneFormat(rawValue: URL(fileURLWithPath: name).pathExtension.lowercased())
        return format.map(formats.contains) ?? false
      }
    }
    let rest = SceneFormat.readable.filter { ![.glb, .gltf, .obj, .zip].contains($0) }
    for kind in [[.glb, .gltf], [.obj], rest] {
      let found = named(kind)
      if found.count == 1 { return found[0] }
      if found.count > 1 {
        let list = found.prefix(5).map { "\"\($0.prefix(60))\"" }.joined(separator: ", ")
        throw FormatError(
          "many-models", "the archive holds \(found.count) models, and only one is read: \(list)",
          at: path)
      }
    }
    throw FormatError(
      "no-model", "the archive holds no model (\(names.count) files)", at: path)
  }

  private static func error(_ error: ArchiveError, at path: String) -> FormatError {
    FormatError(
      error.code, error.message,
      at: error.place.isEmpty || error.place == path ? path : "\(path), \(error.place)",
      kind: error.kind)
  }
}
