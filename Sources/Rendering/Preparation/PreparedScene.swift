public import Geometry
import Glibc
import Imaging
public import LinearMath
public import Scenes
public import Views
public import Work

/// A scene made ready for drawing, whichever engine draws: flattened into world coordinates, with
/// normals and tangents where they were missing, and pictures decoded once.
public struct PreparedScene: Sendable {
  /// A mesh in world coordinates with what it is made of.
  struct Surface: Sendable {
    var mesh: Mesh
    var material: PreparedMaterial
    /// What the file calls it: its node's name, its mesh's where the node has none.
    var name = ""
    /// What light arrives at its vertices; empty where nothing is known to be in its way.
    var ambient: [AmbientLight.Entry] = []
  }

  /// A decoded picture with its role.
  struct Picture: Sendable {
    let image: Image
    /// sRGB colour, or plain numbers.
    let isColor: Bool
    let texture: Texture
  }

  private(set) var surfaces: [Surface]
  let pictures: [Picture]
  var lights: [PreparedLight]
  /// From the source's coordinates to the world: a uniform scale, then a translation.
  public let worldFromSource: Matrix4
  public let scale: Double
  public let offset: SIMD3<Double>

  /// Flattens the scene and moves it so that the middle of its bounding box lies at the origin and its
  /// farthest vertex at distance 1.
  ///
  /// Throws `RenderError` where there is no surface. What is missing or damaged goes to the log.
  public init(_ scene: Scene, _ work: WorkContext) throws {
    let places = scene.placed.filter {
      !scene.shapes[$0.shape].parts[$0.part].mesh.triangles.isEmpty
    }
    let parts = places.map { scene.shapes[$0.shape].parts[$0.part] }
    var (low, high) = (SIMD3<Double>(repeating: .infinity), SIMD3<Double>(repeating: -.infinity))
    Self.forEachCorner(places, parts) { corner in
      low = pointwiseMin(low, corner)
      high = pointwiseMax(high, corner)
    }
    guard !parts.isEmpty else {
      throw RenderError(
        "no-triangles", "the model holds no triangles, so there is nothing to draw",
        kind: .unreadableInput)
    }
    let center = (low + high) / 2
    var largest = 0.0
    Self.forEachCorner(places, parts) { largest = max(largest, ($0 - center).lengthSquared) }
    let radius = largest.squareRoot()
    guard radius > 0, radius.isFinite else {
      throw RenderError(
        "no-extent", "the model is a single point or larger than numbers go, so it cannot be drawn",
        kind: .unreadableInput)
    }
    let (scale, offset) = (1 / radius, center * (-1 / radius))
    let transform = Matrix4(
      linear: Matrix3(scale: scale), translation: offset)

    let placedLights = scene.placedLights
    if placedLights.count > PreparedLight.most {
      work.log.warn(
        "the file has \(placedLights.count) lights; the first \(PreparedLight.most) are used")
    }
    lights = placedLights.prefix(PreparedLight.most).map { light, worldFromNode in
      PreparedLight(light, worldFromNode, scale: scale, offset: offset)
    }
    var textures = try PictureTable(scene, materials: parts.compactMap(\.material), work)
    let materials = zip(parts, places).map { part, place in
      var material = textures.prepare(
        part.material.map { scene.materials[$0] } ?? .plain, for: part.mesh)
      material.sceneScale = Float(scale)
      let growth = cbrt(abs(place.worldFromNode.linear.determinant))
      material.meshScale = Float(scale * growth)
      return material
    }
    surfaces = try parallelMap(count: parts.count, work) { index in
      // One transform from the node to the world: rounding twice would cost a model far from its
      // origin its detail.
      let mesh = Self.used(parts[index].mesh)
        .transformed(by: transform * places[index].worldFromNode)
      let (node, shape) = (scene.nodes[places[index].node], scene.shapes[places[index].shape])
      return Surface(
        mesh: materials[index].completed(mesh), material: materials[index],
        name: node.name.isEmpty ? shape.name : node.name)
    }
    pictures = textures.pictures
    (self.scale, self.offset, worldFromSource) = (scale, offset, transform)
  }

  /// The mesh with the vertices that its triangles use; others may lie anywhere.
  private static func used(_ mesh: Mesh) -> Mesh {
    var isUsed = [Bool](repeating: false, count: mesh.positions.count)
    for triangle in mesh.triangles {
      for corner in 0..<3 { isUsed[Int(triangle[corner])] = true }
    }
    return isUsed.allSatisfy(\.self)
      ? mesh : mesh.parts([Array(mesh.triangles.indices)]) { _, _ in }[0]
  }

  /// The scene, finer where light changes, with what its objects hide of the light from each other.
  ///
  /// - Parameters:
  ///   - onItself: whether the objects show it.
  ///   - onGround: whether a ground below them does.
  func lit(
    by environment: Environment, onItself: Bool, onGround: Bool, _ work: WorkContext
  ) throws -> PreparedScene {
    var scene = self
    if onGround { scene.surfaces.append(GroundShadow.surface(below: self)) }
    // Where nothing is in the way of light there is no shadow.
    guard let light = try AmbientLight(scene, environment, work) else { return self }
    for (index, surface) in light.surfaces.enumerated() {
      let isShadow = scene.surfaces[index].material.isShadow
      guard onItself || isShadow else { continue }
      (scene.surfaces[index].mesh, scene.surfaces[index].ambient) = surface
      if isShadow { scene.surfaces[index] = GroundShadow.painted(scene.surfaces[index]) }
    }
    return scene
  }

  /// Takes the painted ground out, where there is one.
  mutating func takeGround() -> Surface? {
    guard let last = surfaces.last, last.material.isShadow else { return nil }
    return surfaces.removeLast()
  }

  /// The scene with no edge longer than `length`, or as near to that as `limit` triangles allow: longer edges are
  /// halved, and halved again, of all surfaces at a time, so that none opens a gap to its neighbour.
  func refined(edgesTo length: Float, limit: Int) -> PreparedScene {
    var scene = self
    while scene.triangleCount < limit {
      let before = scene.triangleCount
      for index in surfaces.indices {
        let positions = scene.surfaces[index].mesh.positions
        scene.surfaces[index].mesh = scene.surfaces[index].mesh.halvingEdges { a, b in
          (positions[Int(a)] - positions[Int(b)]).lengthSquared > length * length
        }
      }
      if scene.triangleCount == before { break }
    }
    return scene
  }

  /// Calls `body` with every triangle corner in the scene's coordinates.
  private static func forEachCorner(
    _ places: [Scene.Placed], _ parts: [Scene.Shape.Part], _ body: (SIMD3<Double>) -> Void
  ) {
    for (place, part) in zip(places, parts) {
      for triangle in part.mesh.triangles {
        for corner in 0..<3 {
          let position = part.mesh.positions[Int(triangle[corner])]
          body(place.worldFromNode.transform(point: SIMD3<Double>(position)))
        }
      }
    }
  }

  /// What the objects are called and made of, in the order of their numbers in `FrameLayer.id`.
  public var objects: [(name: String, material: String)] {
    surfaces.map { ($0.name, $0.material.source.name) }
  }

  /// Cameras in these directions, all as far away, that have everything in the middle of their pictures and as large
  /// as goes with a margin.
  public func fittingCameras(
    _ directions: [SIMD3<Double>], _ intrinsics: Intrinsics, margin: Double = 1.06
  ) -> [Camera] {
    let tangents = SIMD2(
      Double(intrinsics.width) / 2 / intrinsics.focalX,
      Double(intrinsics.height) / 2 / intrinsics.focalY)
    let turns = directions.map {
      Camera(eye: $0, target: .zero, intrinsics: intrinsics).worldFromCamera.linear
    }
    var asides = [SIMD2<Double>](repeating: .zero, count: turns.count)
    var distance = ViewSampling.distance(intrinsics: intrinsics)
    // What is in the middle depends on the distance, and the other way round; both settle quickly.
    for _ in 0..<4 {
      var needed = 0.0
      for (index, turn) in turns.enumerated() {
        let rows = turn.transposed
        var (low, high) = (SIMD2(repeating: Double.infinity), SIMD2(repeating: -Double.infinity))
        for surface in surfaces {
          for position in surface.mesh.positions {
            let place = rows * SIMD3<Double>(position)
            let seen = (SIMD2(place.x, place.y) - asides[index]) / (distance - place.z)
            low = pointwiseMin(low, seen)
            high = pointwiseMax(high, seen)
            let aside = SIMD2(abs(place.x - asides[index].x), abs(place.y - asides[index].y))
            needed = max(needed, place.z + margin * (aside / tangents).max())
          }
        }
        asides[index] += (low + high) / 2 * distance
      }
      distance = max(needed, 1.01)
    }
    return zip(turns, asides).map { turn, aside in
      let (right, up, back) = turn.columns
      return Camera(
        worldFromCamera: Matrix4(
          linear: turn, translation: right * aside.x + up * aside.y + back * distance),
        intrinsics: intrinsics)
    }
  }

  /// From how far away cameras in these directions that look at the origin have everything in their pictures, with a
  /// margin.
  public func distance(
    fitting directions: [SIMD3<Double>], _ intrinsics: Intrinsics, margin: Double
  ) -> Double {
    let slopes = SIMD2(
      Double(intrinsics.width) / 2 / intrinsics.focalX,
      Double(intrinsics.height) / 2 / intrinsics.focalY)
    // Neighbouring frames differ little.
    let every = max(1, directions.count / 60)
    return stride(from: 0, to: directions.count, by: every).reduce(1.02) { distance, index in
      let turn = Camera(eye: directions[index], target: .zero, intrinsics: intrinsics)
        .worldFromCamera.linear.transposed
      return surfaces.reduce(distance) { distance, surface in
        surface.mesh.positions.reduce(distance) { distance, position in
          let place = turn * SIMD3<Double>(position)
          let aside = SIMD2(abs(place.x), abs(place.y)) / slopes
          return max(distance, place.z + margin * aside.max())
        }
      }
    }
  }

  /// World height of the ground that the objects stand on.
  public var groundHeight: Double {
    Double(surfaces.reduce(Float.infinity) { min($0, $1.mesh.bounds.minimum.y) }) - 1e-3
  }

  /// The longest side of the bounding box, in world units.
  public var longestSide: Double {
    var box = Box()
    for surface in surfaces { for position in surface.mesh.positions { box.insert(position) } }
    return Double(box.size.max())
  }

  /// All surfaces in one mesh, in world coordinates, with normals.
  public var wholeMesh: Mesh { Mesh.merged(surfaces.map(\.mesh)) }

  public var triangleCount: Int { surfaces.reduce(0) { $0 + $1.mesh.triangles.count } }
}
