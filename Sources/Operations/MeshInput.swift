import Formats
import Geometry
import LinearMath
import Scenes
import Work

/// A model read for a verb that works on one mesh.
struct MeshInput {
  let scene: Scene
  /// Everything the scene shows, in one mesh and in world coordinates.
  let mesh: Mesh
  /// For each triangle of the mesh which of `kinds` it is.
  private let kindOfTriangle: [Int]
  /// The same for verbs that keep the borders of materials; empty where there are none.
  var groups: [Int] { kinds.count > 1 ? kindOfTriangle : [] }
  private let kinds: [Kind]

  /// For each triangle its material, by number.
  var materials: [Int?] { kindOfTriangle.map { kinds[$0].material } }

  /// What the parts of a scene may differ in besides their shape.
  private struct Kind: Hashable {
    let material: Int?
    let hasNormals: Bool
    let hasColors: Bool
    let uvSets: Int

    init(_ part: Scene.Shape.Part) {
      let attributes = part.mesh.attributes
      material = part.material
      hasNormals = !attributes.normals.isEmpty
      hasColors = !attributes.colors.isEmpty
      uvSets = attributes.uvs.count
    }
  }

  /// Enters the phase "read", or another one.
  ///
  /// - Parameters:
  ///   - format: brings the numbers into the unit of this format, so that they are written as the verb
  ///     sees them; nil leaves them as the file has them.
  ///   - isTolerant: leaves out triangles at no finite place instead of refusing the file.
  ///   - prepare: turns or scales the scene, in that unit, before it is merged.
  static func read(
    _ path: String, as format: SceneFormat? = nil, isTolerant: Bool = false,
    phase: String = "read", _ work: WorkContext, prepare: (Scene) throws -> Scene = { $0 }
  ) throws -> MeshInput {
    work.progress.enter(phase)
    var scene = try SceneFile.read(
      path, log: work.log, isTolerant: isTolerant, cancellation: work.cancellation)
    guard scene.triangleCount > 0 else {
      throw InputError("no-triangles", "the model holds no triangles", path)
    }
    try work.checkCancelled()
    if let format { scene = try Convert.scaled(scene, to: format, nil, work.log) }
    let input = MeshInput(try prepare(scene))
    guard input.mesh.positions.allSatisfy(\.isFinite) else {
      throw InputError(
        "too-large", "the model, with its transforms and scale, is larger than numbers go", path)
    }
    return input
  }

  init(_ scene: Scene) {
    self.scene = scene
    let surfaces = scene.surfaces()
    mesh = Mesh.merged(surfaces.map(\.mesh))
    var kinds: [Kind] = []
    var known: [Kind: Int] = [:]
    kindOfTriangle = surfaces.flatMap { part in
      let kind = Kind(part)
      let index = known[kind] ?? kinds.count
      if index == kinds.count { kinds.append(kind) }
      known[kind] = index
      return [Int](repeating: index, count: part.mesh.triangles.count)
    }
    self.kinds = kinds
  }

  /// Writes a mesh that takes the place of what was read, with the materials that were there.
  ///
  /// - Parameter sources: for each triangle of `result` the triangle of `mesh` it came from.
  func write(
    _ result: Mesh, from sources: [Int], as format: SceneFormat, to path: String,
    _ work: WorkContext
  ) throws -> [Artifact] {
    let scene = try Convert.scaled(replaced(by: result, from: sources), to: format, nil, work.log)
    return try ModelOutput.write(scene, as: format, to: path, work)
  }

  /// The scene with one shape, made of a mesh that takes the place of what was read. Lights stay where they were;
  /// which material a part had in which variant is lost, and with it the variants.
  func replaced(by result: Mesh, from sources: [Int]) -> Scene {
    var scene = scene
    scene.shapes = [Scene.Shape(parts: parts(of: result, from: sources))]
    scene.nodes = [Scene.Node(shape: 0)]
    scene.lights = []
    for (light, place) in self.scene.placedLights {
      scene.nodes.append(Scene.Node(parentFromNode: place, light: scene.lights.count))
      scene.lights.append(light)
    }
    scene.roots = Array(scene.nodes.indices)
    scene.variants = []
    return scene
  }

  private func parts(of result: Mesh, from sources: [Int]) -> [Scene.Shape.Part] {
    var triangles = [[Int]](repeating: [], count: kinds.count)
    for (triangle, source) in sources.enumerated() {
      triangles[kindOfTriangle[source]].append(triangle)
    }
    let meshes = result.parts(triangles) { part, attributes in
      let kind = kinds[part]
      attributes.uvs.removeLast(max(0, attributes.uvs.count - kind.uvSets))
      if !kind.hasNormals { attributes.normals = [] }
      if !kind.hasColors { attributes.colors = [] }
    }
    return zip(kinds, meshes).filter { !$0.1.triangles.isEmpty }.map { kind, mesh in
      Scene.Shape.Part(mesh: mesh, material: kind.material)
    }
  }
}
