import Geometry
import Glibc
import Imaging
import LinearMath
import Scenes
import Work

/// A lighthouse on a rock, about a quarter of a metre tall: surfaces of revolution with one texture
/// atlas that uses every map of the metallic-roughness model.
enum Lighthouse {
  static func scene(textureSize: Int, _ work: WorkContext) throws -> Scene {
    let maps = try LighthouseTextures(size: textureSize, work)
    var scene = Scene()
    scene.unit = .meters
    scene.images = [
      ("base color", maps.baseColor),
      ("occlusion roughness metallic", maps.occlusionRoughnessMetallic),
      ("normal", maps.normal), ("emissive", maps.emissive),
    ].map { ImageSource(name: $0, mediaType: "image/png", bytes: $1) }
    scene.textures = (0..<4).map { index in
      var texture = Texture(image: index)
      texture.wrapV = .clamp
      return texture
    }
    var material = Material()
    material.name = "lighthouse"
    material.baseColorTexture = TextureSlot(texture: 0)
    material.metallicRoughnessTexture = TextureSlot(texture: 1)
    material.occlusionTexture = TextureSlot(texture: 1)
    material.normalTexture = TextureSlot(texture: 2)
    material.emissiveTexture = TextureSlot(texture: 3)
    material.emissive = .one
    material.emissiveStrength = 1.5
    scene.materials = [material]
    let mesh = Mesh.merged([rock()] + [tower(), gallery(), railing(), lantern(), roof()] + posts())
      .transformed(by: Matrix4(linear: Matrix3(scale: 0.1)))
    scene.shapes = [.init(name: "lighthouse", parts: [.init(mesh: mesh, material: 0)])]
    scene.nodes = [.init(name: "lighthouse", shape: 0)]
    scene.roots = [0]
    return scene
  }

  // MARK: Parts, in decimetres

  /// A profile point; the normal is found from its neighbours, once for each smooth stretch.
  private static func turned(
    _ stretches: [[SIMD2<Float>]], band: LighthouseBand, segments: Int = 96
  ) -> Mesh {
    let total = stretches.reduce(Float(0)) { $0 + length($1) }
    var along: Float = 0
    var profile: [(point: SIMD2<Float>, normal: SIMD2<Float>, v: Float)] = []
    for stretch in stretches {
      for index in stretch.indices {
        let before = stretch[max(0, index - 1)]
        let after = stretch[min(stretch.count - 1, index + 1)]
        if index > 0 { along += distance(stretch[index - 1], stretch[index]) }
        // Going down the outside, the normal lies to the left: (dy, dx) turned outwards.
        let step = after - before
        profile.append((stretch[index], SIMD2(-step.y, step.x), band.v(along / total)))
      }
    }
    return Mesh.lathe(profile, segments: segments)
  }

  private static func distance(_ a: SIMD2<Float>, _ b: SIMD2<Float>) -> Float {
    ((a - b) * (a - b)).sum().squareRoot()
  }

  private static func length(_ points: [SIMD2<Float>]) -> Float {
    zip(points, points.dropFirst()).reduce(0) { $0 + distance($1.0, $1.1) }
  }

  /// A mound pushed in and out by smooth noise.
  private static func rock() -> Mesh {
    let rings = 40
    let outline = (0...rings).map { ring -> SIMD2<Float> in
      let t = Float(ring) / Float(rings)
      let angle = t * .pi * 0.62
      return [0.98 * sin(angle), 0.42 * cos(angle) - 0.02]
    }
    let bottom: [SIMD2<Float>] = [outline.last!, [0, outline.last!.y]]
    let mesh = turned([outline, bottom], band: .rock, segments: 128)
    let moved = mesh.positions.map { position -> SIMD3<Float> in
      let out = SIMD2(position.x, position.z)
      let radius = (out * out).sum().squareRoot()
      // Flat under the tower, rough outside, straight at the foot.
      let strength = min(max((radius - 0.40) / 0.25, 0), 1)
      let push = (Noise.fractal(position * 2.6, octaves: 4) - 0.5) * 0.42 * strength
      let scale: Float = radius > 0 ? 1 + push / max(radius, 0.3) : 1
      let isFoot = position.y <= outline.last!.y + 1e-4
      return [
        position.x * scale, isFoot ? position.y : position.y + push * 0.35, position.z * scale,
      ]
    }
    let bent = try! Mesh(
      positions: moved, triangles: mesh.triangles,
      attributes: VertexAttributes(uvs: mesh.attributes.uvs))
    return bent.withSmoothNormals()
  }

  private static func tower() -> Mesh {
    let wall = (0...24).map { ring -> SIMD2<Float> in
      let t = Float(ring) / 24
      return [0.235 + 0.145 * t * t + 0.02 * t, 1.72 - 1.42 * t]
    }
    return turned([[[0, 1.72], [0.235, 1.72]], wall, [wall.last!, [0, 0.30]]], band: .tower)
  }

  private static func gallery() -> Mesh {
    turned(
      [
        [[0, 1.80], [0.38, 1.80]],
        [[0.38, 1.80], [0.385, 1.795], [0.385, 1.765], [0.38, 1.76]],
        [[0.38, 1.76], [0.30, 1.72], [0.25, 1.64], [0.238, 1.60]], [[0.238, 1.60], [0, 1.60]],
      ], band: .metal)
  }

  private static func railing() -> Mesh {
    let ring = Mesh.torus(radius: 0.355, tube: 0.010, segments: 96, sides: 12)
    return painted(ring, .metal).transformed(
      by: Matrix4(linear: .identity, translation: [0, 1.945, 0]))
  }

  private static func posts() -> [Mesh] {
    (0..<16).map { index in
      let angle = 2 * Double.pi * Double(index) / 16
      let post = turned(
        [
          [[0, 1.945], [0.007, 1.945]], [[0.007, 1.945], [0.007, 1.795]],
          [[0.007, 1.795], [0, 1.795]],
        ], band: .metal, segments: 10)
      return post.transformed(
        by: Matrix4(
          linear: .identity, translation: [0.355 * cos(angle), 0, 0.355 * sin(angle)]))
    }
  }

  private static func lantern() -> Mesh {
    turned(
      [
        [[0, 2.12], [0.19, 2.12]], [[0.19, 2.12], [0.19, 1.79]], [[0.19, 1.79], [0, 1.79]],
      ], band: .lantern)
  }

  private static func roof() -> Mesh {
    let dome = (0...20).map { ring -> SIMD2<Float> in
      let angle = Float(ring) / 20 * .pi / 2
      return [0.045 + 0.195 * sin(angle), 2.125 + 0.17 * cos(angle)]
    }
    let knob = (0...16).map { ring -> SIMD2<Float> in
      let angle = Float(ring) / 16 * .pi * 0.86
      return [0.048 * sin(angle), 2.345 + 0.05 * cos(angle)]
    }
    return turned(
      [
        knob, [knob.last!, dome[0]], dome, [dome.last!, [0.24, 2.10]], [[0.24, 2.10], [0, 2.10]],
      ], band: .roof)
  }

  /// Texture coordinates in a band for a shape that has none of its own.
  private static func painted(_ mesh: Mesh, _ band: LighthouseBand) -> Mesh {
    var streams = mesh.attributes
    streams.uvs = [
      mesh.positions.map { position in
        [atan2(position.z, position.x) / (2 * .pi) + 0.5, band.v(0.5 + position.y * 4)]
      }
    ]
    return (try? mesh.with(attributes: streams)) ?? mesh
  }
}
