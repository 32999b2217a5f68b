import Foundation
import Settings
public import Scenes
import Work

/// The model formats, by file name extension.
///
/// Those up to `zip` are read and written here, but USDZ only written. The others are what is left of a long tail: Debian's Open Asset
/// Import Library reads them, in a program of its own (`AssimpProgram`), and writes FBX.
public enum SceneFormat: String, Sendable, CaseIterable {
  case glb, gltf, obj, stl, ply, off
  case threeMF = "3mf"
  case usdz
  /// A model with its files; OBJ where it is written.
  case zip
  case fbx, dae, zae
  case threeDS = "3ds"
  case ac, amf, ase, b3d, blend, cob, dxf, ifc, iqm, lwo, lxo, md2, md3, md5mesh, ms3d, nff, ogex,
    pmx, q3o, smd
  case x, x3d

  /// Those that models are written in.
  public static let writable: [SceneFormat] = [
    .glb, .gltf, .obj, .stl, .ply, .off, .threeMF, .fbx, .usdz, .zip,
  ]
  /// Those that models are read from.
  public static let readable = allCases.filter { $0 != .usdz }

  /// The format that a path's extension names. Throws and lists the known ones otherwise.
  public init(path: String, writing: Bool = false) throws(FormatError) {
    let name = URL(fileURLWithPath: path).pathExtension.lowercased()
    let known = writing ? Self.writable : Self.readable
    guard let format = SceneFormat(rawValue: name), known.contains(format) else {
      let list = known.map { "." + $0.rawValue }.joined(separator: ", ")
      throw FormatError(
        "unknown-format",
        "\"\(name.isEmpty ? "no extension" : "." + name)\" is not a model format "
          + (writing ? "written" : "read") + " here; \(list) are", at: path,
        kind: writing ? .usage : .unreadableInput)
    }
    self = format
  }

  /// The format of a model file, or of the model in an archive.
  public static func inside(_ path: String) throws(FormatError) -> SceneFormat {
    let format = try SceneFormat(path: path)
    return format == .zip ? try SceneFormat(path: ModelArchive.model(in: path)) : format
  }

  /// The registered media type (IANA), or that of any bytes.
  public var mediaType: String {
    switch self {
    case .glb: "model/gltf-binary"
    case .gltf: "model/gltf+json"
    case .obj: "model/obj"
    case .stl: "model/stl"
    case .threeMF: "model/3mf"
    case .usdz: "model/vnd.usdz+zip"
    case .zip: "application/zip"
    case .dae: "model/vnd.collada+xml"
    default: "application/octet-stream"
    }
  }

  /// Read by the Open Asset Import Library.
  var isForeign: Bool {
    switch self {
    case .glb, .gltf, .obj, .stl, .ply, .off, .threeMF, .usdz, .zip: false
    default: true
    }
  }

  /// The axis that points up where nobody says otherwise: glTF's definition, the habit of printers for
  /// STL and 3MF, and y for the others.
  public var usualUp: UpAxis { self == .stl || self == .threeMF || self == .amf ? .z : .y }

  /// Whether it is glTF, in one file or several.
  public var isGLTF: Bool { self == .glb || self == .gltf }

  /// The unit that files of a format are written in, whatever is wished; nil where any will do.
  public var fixedUnit: LengthUnit? {
    switch self {
    case .glb, .gltf, .fbx, .usdz: .meters
    case .threeMF: .millimeters
    default: nil
    }
  }

  /// The unit a format's numbers have where nobody says otherwise; nil where it says nothing.
  public var unit: LengthUnit? {
    switch self {
    case .glb, .gltf, .fbx, .usdz, .dae, .zae: .meters
    case .stl, .threeMF: .millimeters
    default: nil
    }
  }
}
