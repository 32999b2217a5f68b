import Datasets
import Geometry
import LinearMath
import Rendering
import Scenes
import Views
import Work

/// What a camera of a set sees of the model, found by casting rays: not by the engines that draw sets.
struct MeshTruth {
  private let mesh: Mesh
  private let tree: BVH
  /// From the model, moved so that its box lies around the origin and its radius is 1, to the set's world.
  private let turn: Matrix3
  private let scale: Double
  private let offset: SIMD3<Double>
  /// How the model lies in the set's world, in words.
  let placement: String
  /// The model's radius in the set's units.
  var radius: Double { scale }

  /// What a pixel's ray meets.
  struct Hit {
    /// Along the optical axis, in the set's units; 0 where there is nothing.
    var depth: Float = 0
    /// Unit normal in the set's world, towards the camera.
    var normal = SIMD3<Float>.zero
  }

  private struct Placement {
    let name: String
    let turn: Matrix3
    let scale: Double
    let offset: SIMD3<Double>
  }

  /// Finds out how the model lies in the set's world by what the first views show.
  init(
    _ path: String, _ options: ViewedModelSettings, _ set: ReadSet, _ work: WorkContext
  ) throws {
    let (scene, _) = try UprightScene.read(.file(path), options, work)
    let prepared = try PreparedScene(scene, work)
    let mesh = prepared.wholeMesh
    let tree = BVH(mesh)
    var best: (score: Double, placement: Placement)?
    let silhouettes = (0..<min(3, set.views.count)).compactMap { place -> (Camera, [Bool])? in
      let view = set.views[place * (set.views.count - 1) / 2]
      guard let camera = view.camera,
        let mask = (try? TruthCheck.silhouette(set, view))?.isThere,
        mask.count == camera.intrinsics.width * camera.intrinsics.height
      else { return nil }
      return (camera, mask)
    }
    for placement in Self.placements(set, prepared, scene) {
      let candidate = MeshTruth(mesh, tree, placement)
      let score = silhouettes.reduce(0.0) { sum, seen in
        sum + candidate.overlap(seen.0, seen.1, step: max(1, seen.0.intrinsics.width / 160))
      }
      if score > (best?.score ?? -1) + 1e-6 { best = (score, placement) }
    }
    self.init(mesh, tree, best!.placement)
  }

  private init(_ mesh: Mesh, _ tree: BVH, _ placement: Placement) {
    (self.mesh, self.tree) = (mesh, tree)
    (turn, scale, offset) = (placement.turn, placement.scale, placement.offset)
    self.placement = placement.name
  }

  /// The ways a model may lie in a set's world: as the set says, as it is, or moved and scaled in the usual ways; each
  /// with +z and with +y up.
  private static func placements(
    _ set: ReadSet, _ prepared: PreparedScene, _ scene: Scene
  ) -> [Placement] {
    var list: [Placement] = []
    for (up, turn) in [("+z up", Conventions.zUpFromYUp), ("+y up", Matrix3.identity)] {
      func add(_ name: String, scale: Double, offset: SIMD3<Double> = .zero) {
        list.append(Placement(name: "\(name), \(up)", turn: turn, scale: scale, offset: offset))
      }
      // Source coordinates are (moved - offset) / scale.
      let middle = turn * (prepared.offset * (-1 / prepared.scale))
      if let model = set.model {
        add(
          "as the set says", scale: model.scale / prepared.scale,
          offset: middle * model.scale + model.offset)
      }
      add("as it is", scale: 1 / prepared.scale, offset: middle)
      add("radius 1", scale: 1)
      add("radius 1.5", scale: 1.5)
      add("longest side 1", scale: 1 / prepared.longestSide)
      let unit = scene.unit ?? .millimeters
      add("millimetres from the middle", scale: unit.meters * 1000 / prepared.scale)
    }
    return list
  }

  /// The silhouettes' intersection over union, on every `step`-th pixel.
  func overlap(_ camera: Camera, _ mask: [Bool], step: Int) -> Double {
    let lens = camera.intrinsics
    var (both, either) = (0, 0)
    for y in stride(from: step / 2, to: lens.height, by: step) {
      for x in stride(from: step / 2, to: lens.width, by: step) {
        let isHit = hit(camera, Double(x) + 0.5, Double(y) + 0.5) != nil
        let isThere = mask[y * lens.width + x]
        if isHit && isThere { both += 1 }
        if isHit || isThere { either += 1 }
      }
    }
    return either == 0 ? 0 : Double(both) / Double(either)
  }

  /// Whether the ray through a place of the picture meets the model.
  func isHit(_ camera: Camera, _ x: Double, _ y: Double) -> Bool { hit(camera, x, y) != nil }

  private func hit(_ camera: Camera, _ x: Double, _ y: Double) -> (RayHit, way: SIMD3<Float>)? {
    let lens = camera.intrinsics
    let way = SIMD3<Double>(
      (x - lens.centerX) / lens.focalX, -(y - lens.centerY) / lens.focalY, -1)
    let back = turn.transposed
    let origin = back * (camera.eye - offset) * (1 / scale)
    let direction = SIMD3<Float>(back * (camera.worldFromCamera.linear * way))
    return tree.firstHit(from: SIMD3<Float>(origin), along: direction).map { ($0, direction) }
  }

  /// Every pixel's ray through its centre.
  func cast(_ camera: Camera, _ work: WorkContext) throws -> [Hit] {
    let lens = camera.intrinsics
    var hits = [Hit](repeating: Hit(), count: lens.width * lens.height)
    try parallelFill(&hits, chunk: lens.width * 8, work) { offset, piece in
      for index in piece.indices {
        let pixel = offset + index
        let (x, y) = (pixel % lens.width, pixel / lens.width)
        guard let (hit, way) = self.hit(camera, Double(x) + 0.5, Double(y) + 0.5) else { continue }
        piece[index] = Hit(
          depth: Float(Double(hit.distance) * scale), normal: normal(hit, way))
      }
    }
    return hits
  }

  private func normal(_ hit: RayHit, _ way: SIMD3<Float>) -> SIMD3<Float> {
    let triangle = mesh.triangles[hit.triangle]
    let (a, b, c) = (Int(triangle.x), Int(triangle.y), Int(triangle.z))
    let weights = SIMD3(1 - hit.weights.x - hit.weights.y, hit.weights.x, hit.weights.y)
    let normals = mesh.attributes.normals
    var normal = normals[a] * weights.x + normals[b] * weights.y + normals[c] * weights.z
    // Which side is seen is decided by the triangle itself.
    let p = mesh.positions
    let face = (p[b] - p[a]).cross(p[c] - p[a])
    if face.dot(way) > 0 { normal = -normal }
    return SIMD3<Float>(turn * SIMD3<Double>(normal.normalized))
  }
}
