import Foundation
import Settings

/// A parsed glTF document: its JSON, its collections, and what it asks of a reader.
struct GLTFDocument {
  let root: GLTFElement
  private let collections: [String: [GLTFElement]]
  let warnings: [String]

  /// Extensions that are understood, and so may be required.
  static let supported: Set<String> = [
    "KHR_texture_transform", "KHR_materials_unlit", "KHR_materials_emissive_strength",
    "KHR_mesh_quantization", "KHR_draco_mesh_compression", "EXT_meshopt_compression",
    "EXT_texture_webp", "EXT_mesh_gpu_instancing", "KHR_materials_variants",
    "KHR_texture_basisu", "KHR_materials_ior", "KHR_materials_specular", "KHR_materials_clearcoat",
    "KHR_materials_pbrSpecularGlossiness", "KHR_materials_sheen", "KHR_materials_transmission",
    "KHR_materials_volume", "KHR_lights_punctual",
  ]

  private static let names = [
    "accessors", "animations", "buffers", "bufferViews", "cameras", "images", "materials",
    "meshes", "nodes", "samplers", "scenes", "skins", "textures",
  ]

  init(json: ArraySlice<UInt8>) throws(FormatError) {
    if json.starts(with: [0xEF, 0xBB, 0xBF]) {
      throw FormatError("bad-json", "the JSON begins with a byte-order mark; save it without")
    }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: Data(json))
    } catch {
      throw FormatError("bad-json", "the JSON cannot be parsed: \(error.reason)")
    }
    guard value.object != nil else {
      throw FormatError("type-mismatch", "the document must be a JSON object")
    }
    root = GLTFElement(value: value, path: "")
    extensionsUsed = value["extensionsUsed"]?.array?.compactMap(\.string) ?? []
    declared = Set(extensionsUsed)
    var collections: [String: [GLTFElement]] = [:]
    var warnings: [String] = []
    for name in Self.names {
      let elements = try root.list(name)
      for element in elements where element.value.object == nil {
        throw element.mismatch("an object")
      }
      if root[name] != nil && elements.isEmpty { warnings.append("\"\(name)\" is empty") }
      collections[name] = elements
    }
    self.collections = collections
    warnings += try Self.checkVersion(root)
    warnings += try Self.checkExtensions(root)
    if collections["animations"]?.isEmpty == false {
      warnings.append("the file is animated; its default pose is used")
    }
    self.warnings = warnings
  }

  subscript(collection: String) -> [GLTFElement] { collections[collection] ?? [] }

  /// Every element of every collection.
  var elements: [GLTFElement] { Self.names.flatMap { self[$0] } }

  func size(_ collection: String) -> Int { collections[collection]?.count ?? 0 }

  /// Those declared, in their order.
  let extensionsUsed: [String]
  private let declared: Set<String>

  func declares(_ name: String) -> Bool { declared.contains(name) }

  private static func checkVersion(_ root: GLTFElement) throws(FormatError) -> [String] {
    guard let asset = try root.object("asset"), let version = try asset.string("version") else {
      throw FormatError("missing-property", "\"asset.version\" is missing; is this glTF?")
    }
    let parts = version.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let major = parts[0], let minor = parts[1] else {
      throw FormatError(
        "unsupported-version", "\"\(version)\" is not a version", at: "asset.version")
    }
    guard major == 2 else {
      throw FormatError(
        "unsupported-version", "glTF \(version) is not supported; 2.x is", at: "asset.version")
    }
    return minor == 0 ? [] : ["glTF \(version) is newer than 2.0; what is new is ignored"]
  }

  private static func checkExtensions(_ root: GLTFElement) throws(FormatError) -> [String] {
    var used: [String] = []
    for key in ["extensionsUsed", "extensionsRequired"] {
      for element in try root.list(key) {
        guard let name = element.value.string else { throw element.mismatch("a string") }
        if key == "extensionsUsed" {
          used.append(name)
        } else if !supported.contains(name) {
          throw FormatError(
            "unsupported-extension",
            "the file requires \(name), which is not supported; export it without", at: element.path
          )
        }
      }
    }
    let ignored = used.filter { !supported.contains($0) }
    return ignored.isEmpty ? [] : ["not supported and ignored: " + ignored.joined(separator: ", ")]
  }
}
