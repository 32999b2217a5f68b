import Foundation
import Geometry
import LinearMath
public import Scenes
import Settings
public import Work

/// Model files to scenes and back.
public enum SceneFile {
  /// Larger files are refused.
  public static let byteLimit = 4 << 30
  /// More triangles are refused, counted as often as they are shown.
  public static let triangleLimit = 100_000_000

  /// Reads a model file in any known format. Coordinates stay as the file has them.
  ///
  /// Hostile input is safe: sizes are checked before memory is taken, and no file outside the model's
  /// folder is opened. Throws `FormatError` with the file and the place in it.
  ///
  /// - Parameters:
  ///   - known: the format, where the name does not say it.
  ///   - isTolerant: triangles with a corner at no finite place are left out with a warning, where
  ///     otherwise the file would be refused.
  ///   - cancellation: ends the program that reads a format which is not read here, with an error.
  public static func read(
    _ path: String, as known: SceneFormat? = nil, log: LogSink, isTolerant: Bool = false,
    cancellation: Cancellation = Cancellation()
  ) throws(FormatError) -> Scene {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    if attributes?[.type] as? FileAttributeType == .typeDirectory {
      throw FormatError("is-a-folder", "this is a folder; give a model file", at: path)
    }
    let format = if let known { known } else { try SceneFormat(path: path) }
    let door = MeshDoor(log: log, isTolerant: isTolerant, cancellation: cancellation)
    if format == .zip { return try ModelArchive.read(path, door: door) }
    let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
    if format.isForeign && size <= byteLimit {
      return try limited(AssimpProgram.read(path, door: door), path)
    }
    let file = try [UInt8](file: path, limit: byteLimit)
    do throws(FormatError) {
      return try read(file, as: format, path: path, door)
    } catch {
      throw error.inside(path)
    }
  }

  /// Reads a model in memory, in one of the formats that need no file: GLB, glTF with embedded buffers, OBJ,
  /// STL, PLY, OFF and 3MF. As safe as the reading of files; what the model names beside it is missing.
  public static func read(
    _ file: [UInt8], as format: SceneFormat, log: LogSink, isTolerant: Bool = false
  ) throws(FormatError) -> Scene {
    let door = MeshDoor(log: log, isTolerant: isTolerant, cancellation: Cancellation())
    return try read(file, as: format, path: nil, door)
  }

  private static func read(
    _ file: [UInt8], as format: SceneFormat, path: String?, _ door: MeshDoor
  ) throws(FormatError) -> Scene {
    guard !file.isEmpty else { throw FormatError("empty-file", "the file is empty") }
    let scene =
      switch format {
      case .glb, .gltf: try GLTFReader.read(file, path: path, door: door)
      case .obj: try OBJReader.read(file, path: path, door: door)
      case .stl: try STLReader.read(file, door: door)
      case .ply: try PLYReader.read(file, door: door)
      case .off: try OFFReader.read(file, door: door)
      case .threeMF: try ThreeMFReader.read(file, door: door)
      default: throw FormatError("unknown-format", "this format is not read from memory")
      }
    return try limited(scene, "")
  }

  private static func limited(_ scene: Scene, _ place: String) throws(FormatError) -> Scene {
    guard scene.triangleCount <= triangleLimit else {
      throw FormatError(
        "too-large", "\(scene.triangleCount) triangles are over the limit of \(triangleLimit)",
        at: place)
    }
    return scene
  }

  /// The files a scene becomes, the main one first; others lie beside it. What the format cannot carry
  /// is told to the log.
  ///
  /// - Parameter details: what 3MF carries besides the model; the others leave it out.
  public static func encode(
    _ scene: Scene, as format: SceneFormat, stem: String, details: PackageDetails = .init(),
    log: LogSink, cancellation: Cancellation = Cancellation()
  ) throws(FormatError) -> [(name: String, bytes: [UInt8])] {
    let scene = scene.withoutEmptyParts()
    guard scene.triangleCount > 0 else {
      throw FormatError(
        "no-triangles", "the model holds no triangles, so there is nothing to write")
    }
    switch format {
    case .glb: return [(stem + ".glb", try GLTFWriter.write(scene))]
    case .gltf: return GLTFWriter.files(scene, stem: stem)
    case .obj:
      let scene = scene.inPlainPictures(log)
      if let losses = OBJWriter.losses(scene) { log.warn(losses) }
      _ = try finite(scene.merged())
      return OBJWriter.write(scene, stem: stem)
    case .stl:
      if !scene.textures.isEmpty { log.warn("STL carries no textures; they are left behind") }
      _ = try finite(scene.merged())
      return [(stem + ".stl", STLWriter.write(scene))]
    case .ply:
      if !scene.textures.isEmpty { log.warn("PLY carries no textures; they are left behind") }
      return [(stem + ".ply", PLYWriter.write(try finite(scene.merged())))]
    case .off:
      if !scene.textures.isEmpty { log.warn("OFF carries no textures; they are left behind") }
      return [(stem + ".off", OFFWriter.write(try finite(scene.merged())))]
    case .threeMF:
      _ = try finite(scene.merged())
      let plain = scene.inPlainPictures(log)
      return [(stem + ".3mf", try ThreeMFWriter.write(plain, details, log: log))]
    case .fbx:
      _ = try finite(scene.merged())
      return try AssimpProgram.fbx(scene, stem: stem, log: log, cancellation)
    case .usdz:
      _ = try finite(scene.merged())
      return [(stem + ".usdz", try USDZWriter.write(scene, log: log))]
    case .zip:
      let scene = scene.inPlainPictures(log)
      if let losses = OBJWriter.losses(scene) { log.warn(losses) }
      _ = try finite(scene.merged())
      return [(stem + ".zip", try ModelArchive.bytes(OBJWriter.write(scene, stem: stem)))]
    default:
      throw FormatError(
        "unknown-format", "\(format.rawValue) is read but not written", kind: .usage)
    }
  }

  /// A GLB with packed geometry, and how many of its bytes that is.
  public static func encodeGLB(
    _ scene: Scene, _ packing: GeometryPacking
  ) throws(FormatError) -> (file: [UInt8], geometryBytes: Int) {
    try GLTFWriter.write(scene.withoutEmptyParts(), packing)
  }

  /// Node transforms can carry finite numbers past the largest float.
  private static func finite(_ mesh: Mesh) throws(FormatError) -> Mesh {
    guard mesh.positions.allSatisfy(\.isFinite) else {
      throw FormatError("non-finite-position", "the model is larger than numbers go")
    }
    return mesh
  }
}

extension Scene {
  /// The scene without parts that have no triangles, which no format wants.
  fileprivate func withoutEmptyParts() -> Scene {
    var scene = self
    for index in scene.shapes.indices {
      scene.shapes[index].parts.removeAll { $0.mesh.triangles.isEmpty }
    }
    return scene
  }
}
