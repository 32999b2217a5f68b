import Geometry
import LinearMath
import Scenes
import Work

/// Reads 3MF: core 1.3 with materials and production.
///
/// A build item becomes a root node, an object with components a node with children, an object with a
/// mesh a shape. Base materials become materials, colors become vertex colors, textures stay textures;
/// of multi-properties the topmost color or texture is kept.
struct ThreeMFReader {
  private let package: ThreeMFPackage
  private let door: MeshDoor
  private var scene = Scene()
  private var surfaces: ThreeMFSurfaces
  /// The shapes that are there already.
  private var shapes: [ObjectKey: Int] = [:]
  /// How many triangles are placed so far.
  private var triangles = 0
  /// The objects that are being placed: one inside itself is an error.
  private var open: [ObjectKey] = []

  private struct ObjectKey: Hashable {
    let path: String
    let object: Int
  }

  /// More placed objects are refused: a few components, each naming two, make more than there is room for.
  private static let nodeLimit = 1_000_000

  static func read(_ file: [UInt8], door: MeshDoor) throws(FormatError) -> Scene {
    let package = try ThreeMFPackage(file, log: door.log)
    var reader = ThreeMFReader(
      package: package, door: door, surfaces: ThreeMFSurfaces(package: package, log: door.log))
    return try reader.run()
  }

  private init(package: ThreeMFPackage, door: MeshDoor, surfaces: ThreeMFSurfaces) {
    (self.package, self.door, self.surfaces) = (package, door, surfaces)
  }

  private mutating func run() throws(FormatError) -> Scene {
    let model = package.models[package.modelPath]!
    scene.unit = model.unit
    scene.extensions = Set(package.models.values.flatMap(\.extensions)).sorted()
    let supports = Set(["support", "solidsupport"])
    var hasSupport = false
    for item in model.items {
      scene.roots.append(try place(item, from: package.modelPath))
      let path = item.path.map(ThreeMFPackage.normalized) ?? package.modelPath
      hasSupport =
        hasSupport || supports.contains(package.models[path]?.objects[item.object]?.kind ?? "")
    }
    if hasSupport {
      door.log.warn("some objects are support structures; they are read as the others")
    }
    (scene.materials, scene.textures, scene.images) = surfaces.finish()
    return scene
  }

  /// The node of an object in its place.
  private mutating func place(
    _ component: ThreeMFModel.Component, from path: String
  ) throws(FormatError) -> Int {
    let key = ObjectKey(
      path: component.path.map(ThreeMFPackage.normalized) ?? path, object: component.object)
    guard let model = package.models[key.path], let object = model.objects[key.object] else {
      throw FormatError("bad-3mf", "object \(key.object) is named and not there", at: key.path)
    }
    guard !open.contains(key) else {
      throw FormatError("bad-3mf", "object \(key.object) is a component of itself", at: key.path)
    }
    guard open.count < 100 else {
      throw FormatError("too-large", "components are nested more than 100 deep", at: key.path)
    }
    guard scene.nodes.count < Self.nodeLimit else {
      throw FormatError(
        "too-large", "components place more than \(Self.nodeLimit) objects", at: key.path)
    }
    open.append(key)
    defer { open.removeLast() }
    let node = scene.nodes.count
    scene.nodes.append(
      Scene.Node(name: object.name, parentFromNode: component.parentFromObject))
    switch object.content {
    case .mesh(let mesh):
      triangles += mesh.triangles.count
      guard triangles <= SceneFile.triangleLimit else {
        throw FormatError(
          "too-large", "the objects placed have over \(SceneFile.triangleLimit) triangles",
          at: key.path)
      }
      if shapes[key] == nil {
        do throws(FormatError) {
          let parts = try surfaces.parts(of: mesh, in: key.path, object.property, door)
          scene.shapes.append(Scene.Shape(name: object.name, parts: parts))
          shapes[key] = scene.shapes.count - 1
        } catch {
          throw error.inside("\(key.path), object \(key.object)")
        }
      }
      scene.nodes[node].shape = shapes[key]
    case .components(let components):
      for child in components {
        let index = try place(child, from: key.path)
        scene.nodes[node].children.append(index)
      }
    }
    return node
  }
}
