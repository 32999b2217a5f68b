import Geometry
import Glibc
import Imaging
import LinearMath
import Reconstruction
import Work

/// The look of one surface as textures of another that lies close to it.
struct BakedMaps {
  /// RGBA, sRGB; RGB: occlusion, roughness, metalness; RGB: normals of tangent space, green up (glTF 2.0).
  let baseColor, matter, normals: Image
  /// sRGB, of the brightest there is; nil where nothing glows.
  let emission: Image?
  /// How bright that is.
  let emissionStrength: Float
  /// The part of the atlas for which nothing of the other surface is near.
  let missedShare: Double

  /// - Parameters:
  ///   - low: with an atlas as its first UV set, normals and tangents.
  ///   - reach: how far from it the other surface is looked for.
  ///   - rays: how many each texel sends out for occlusion; 0 for none.
  init(
    _ high: SurfaceLook, onto low: Mesh, side: Int, reach: Float, rays: Int, _ work: WorkContext
  ) throws {
    let raster = AtlasRaster(low, side: side)
    let tree = BVH(high.mesh)
    let directions = Self.directions(rays)
    let far = high.mesh.bounds.diagonal * 0.25
    var texels = [Texel](repeating: Texel(), count: side * side)
    try parallelFill(&texels, chunk: 4 * side, work) { offset, piece in
      for slot in piece.indices where raster.triangles[offset + slot] >= 0 {
        let frame = Frame(
          low, Int(raster.triangles[offset + slot]), raster.weights[offset + slot])
        guard let hit = Self.counterpart(of: frame, tree, high.mesh, reach) else { continue }
        let look = high.point(hit.triangle, hit.weights)
        let open =
          rays == 0
          ? 1
          : Self.openness(at: hit.place, look.normal, tree, directions, start: 1e-3 * reach, far)
        piece[slot] = Texel(
          color: look.baseColor, emission: look.emission,
          matter: [open, look.roughness, look.metallic],
          normal: frame.local(look.normal), isKnown: true)
      }
    }
    let used = raster.triangles.count { $0 >= 0 }
    missedShare =
      used == 0 ? 1 : Double(used - texels.count { $0.isKnown }) / Double(used)
    baseColor = Self.colors(texels, side)
    matter = Self.picture(texels, side) { $0.matter * 255 }
    let brightest = texels.reduce(Float(0)) { max($0, $1.emission.max()) }
    emissionStrength = brightest
    emission =
      brightest == 0
      ? nil
      : Self.picture(texels, side) { Self.codes($0.emission / brightest) }
    normals = Self.picture(texels, side) { ($0.normal * 0.5 + 0.5) * 255 }
  }

  private struct Texel: Sendable {
    var color = SIMD4<Float>.zero
    var emission = SIMD3<Float>.zero
    var matter = SIMD3<Float>.zero
    var normal: SIMD3<Float> = [0, 0, 1]
    var isKnown = false
  }

  /// A place of the low surface with its axes.
  private struct Frame {
    let place, normal, along, across: SIMD3<Float>

    init(_ mesh: Mesh, _ triangle: Int, _ weights: SIMD2<Float>) {
      let corners = mesh.triangles[triangle]
      let (a, b, c) = (Int(corners.x), Int(corners.y), Int(corners.z))
      let first = 1 - weights.x - weights.y
      func mean<V: SIMD>(_ values: [V]) -> V where V.Scalar == Float {
        values[a] * first + values[b] * weights.x + values[c] * weights.y
      }
      place = mean(mesh.positions)
      let normal = mean(mesh.attributes.normals).normalized
      let tangent = mean(mesh.attributes.tangents)
      along = (tangent.xyz - normal * normal.dot(tangent.xyz)).normalized
      across = normal.cross(along) * (tangent.w < 0 ? -1 : 1)
      self.normal = normal
    }

    func local(_ v: SIMD3<Float>) -> SIMD3<Float> {
      SIMD3(along.dot(v), across.dot(v), normal.dot(v)).normalized
    }
  }

  /// What of the other surface belongs to a place: where the line along the normal meets it nearest from either side, or
  /// else what is nearest.
  private static func counterpart(
    of frame: Frame, _ tree: BVH, _ mesh: Mesh, _ reach: Float
  ) -> (triangle: Int, weights: SIMD2<Float>, place: SIMD3<Float>)? {
    let hits = [Float(1), -1].compactMap { way in
      tree.firstHit(from: frame.place, along: frame.normal * way, far: reach)
    }
    if let hit = hits.min(by: { $0.distance < $1.distance }) {
      let corners = mesh.triangles[hit.triangle]
      let a = mesh.positions[Int(corners.x)]
      let (u, v) = (mesh.positions[Int(corners.y)] - a, mesh.positions[Int(corners.z)] - a)
      return (hit.triangle, hit.weights, a + u * hit.weights.x + v * hit.weights.y)
    }
    guard let near = tree.closestPoint(to: frame.place, within: reach, facing: frame.normal) else {
      return nil
    }
    let weights = mesh.weights(of: near.point, in: near.triangle)
    return (near.triangle, SIMD2(weights.y, weights.z), near.point)
  }

  private static func directions(_ count: Int) -> [SIMD3<Float>] {
    (0..<2 * count).map { index in
      let height = 1 - (Float(index) + 0.5) / Float(count)
      let turn = Float(index) * .pi * (3 - Float(5).squareRoot())
      let radius = max(0, 1 - height * height).squareRoot()
      return SIMD3(radius * cos(turn), radius * sin(turn), height)
    }
  }

  /// How much of the sky a place sees, by the cosine.
  private static func openness(
    at place: SIMD3<Float>, _ normal: SIMD3<Float>, _ tree: BVH, _ directions: [SIMD3<Float>],
    start: Float, _ far: Float
  ) -> Float {
    var (open, all) = (Float(0), Float(0))
    for direction in directions {
      let cosine = direction.dot(normal)
      guard cosine > 0.01 else { continue }
      all += cosine
      let origin = place + normal * start
      if tree.firstHit(from: origin, along: direction, near: start, far: far) == nil {
        open += cosine
      }
    }
    return all > 0 ? open / all : 1
  }

  private static func colors(_ texels: [Texel], _ side: Int) -> Image {
    let isOpaque = texels.allSatisfy { !$0.isKnown || $0.color.w > 0.999 }
    let rgb = picture(texels, side) { codes($0.color.xyz) }
    guard !isOpaque else { return rgb }
    let alpha = picture(texels, side) { SIMD3(repeating: $0.color.w * 255) }
    var bytes = [UInt8](repeating: 0, count: 4 * side * side)
    for pixel in 0..<side * side {
      for channel in 0..<3 { bytes[4 * pixel + channel] = rgb.bytes[3 * pixel + channel] }
      bytes[4 * pixel + 3] = alpha.bytes[3 * pixel]
    }
    return Image(width: side, height: side, channels: 4, bytes: bytes)
  }

  private static func codes(_ linear: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3<Float>(SIMD3(SRGB.code(linear.x), SRGB.code(linear.y), SRGB.code(linear.z)))
  }

  private static func picture(
    _ texels: [Texel], _ side: Int, _ value: (Texel) -> SIMD3<Float>
  ) -> Image {
    GutterFill.picture(texels.map { $0.isKnown ? SIMD4(value($0), 1) : .zero }, side: side)
  }
}
