import Glibc
public import Imaging
import Geometry
import LinearMath
public import Work

/// How much what was rebuilt looks like a picture.
public struct ViewScore: Sendable {
  public let name: String
  /// Decibels over the pixels that are all object in both; 8-bit sRGB.
  public let psnr: Double
  /// The same after the best gain for each channel of the picture: photographs are exposed and balanced one by one.
  public let balancedPSNR: Double
  /// Structural similarity of brightness there (Wang et al., "Image quality assessment", 2004), 7 x 7 windows.
  public let ssim: Double
  /// Of the masks, at one half.
  public let maskIoU: Double
  /// What was drawn, RGBA with straight alpha.
  public let drawn: Image
}

extension RebuiltObject {
  /// Draws the object as cameras see it, by casting four rays a pixel, without light of its own, and compares.
  public func scores(_ views: [SourceView], _ work: WorkContext) throws -> [ViewScore] {
    let tree = BVH(mesh)
    return try parallelMap(count: views.count, work) { index in
      try work.checkCancelled()
      let view = views[index]
      let drawn = draw(Projection(view.camera), tree)
      return Self.score(view.name, view.colors, drawn)
    }
  }

  private func draw(_ camera: Projection, _ tree: BVH) -> Image {
    var image = Image(width: camera.width, height: camera.height, filledWith: .zero)
    let places: [SIMD2<Float>] = [
      [0.375, 0.125], [0.875, 0.375], [0.125, 0.625], [0.625, 0.875],
    ]
    for y in 0..<camera.height {
      for x in 0..<camera.width {
        var (sum, hits) = (SIMD3<Float>.zero, Float(0))
        for place in places {
          let ray = camera.ray(SIMD2(Float(x), Float(y)) + place)
          guard let hit = tree.firstHit(from: camera.eye, along: ray) else { continue }
          sum += color(hit)
          hits += 1
        }
        guard hits > 0 else { continue }
        let at = 4 * (y * camera.width + x)
        for channel in 0..<3 { image.bytes[at + channel] = UInt8((sum[channel] / hits).rounded()) }
        image.bytes[at + 3] = UInt8((hits * 63.75).rounded())
      }
    }
    return image
  }

  /// The texture, bilinear, in sRGB codes.
  private func color(_ hit: RayHit) -> SIMD3<Float> {
    let corners = mesh.triangles[hit.triangle]
    let uvs = mesh.attributes.uvs[0]
    let (v, w) = (hit.weights.x, hit.weights.y)
    let uv =
      uvs[Int(corners.x)] * (1 - v - w) + uvs[Int(corners.y)] * v + uvs[Int(corners.z)] * w
    let side = texture.width
    let x = min(max(uv.x * Float(side) - 0.5, 0), Float(side) - 1.001)
    let y = min(max(uv.y * Float(side) - 0.5, 0), Float(side) - 1.001)
    let (ix, iy) = (Int(x), Int(y))
    func texel(_ dx: Int, _ dy: Int) -> SIMD3<Float> {
      let at = 3 * ((iy + dy) * side + ix + dx)
      return SIMD3(
        Float(texture.bytes[at]), Float(texture.bytes[at + 1]), Float(texture.bytes[at + 2]))
    }
    let (fx, fy) = (x - Float(ix), y - Float(iy))
    let upper = texel(0, 0) * (1 - fx) + texel(1, 0) * fx
    let lower = texel(0, 1) * (1 - fx) + texel(1, 1) * fx
    return upper * (1 - fy) + lower * fy
  }

  private static func score(_ name: String, _ given: Image, _ drawn: Image) -> ViewScore {
    let count = drawn.width * drawn.height
    var (both, either, inside) = (0, 0, 0)
    var (givenSquare, drawnSquare, product) = (
      SIMD3<Double>.zero, SIMD3<Double>.zero, SIMD3<Double>.zero
    )
    var isInside = [Bool](repeating: false, count: count)
    for pixel in 0..<count {
      let (a, b) = (given.bytes[4 * pixel + 3], drawn.bytes[4 * pixel + 3])
      if a > 127 && b > 127 { both += 1 }
      if a > 127 || b > 127 { either += 1 }
      guard a == 255, b == 255 else { continue }
      isInside[pixel] = true
      inside += 1
      for channel in 0..<3 {
        let a = Double(given.bytes[4 * pixel + channel])
        let b = Double(drawn.bytes[4 * pixel + channel])
        givenSquare[channel] += a * a
        drawnSquare[channel] += b * b
        product[channel] += a * b
      }
    }
    func decibels(_ squares: SIMD3<Double>) -> Double {
      let error = inside > 0 ? squares.sum() / Double(3 * inside) : 255 * 255
      return 10 * log10(255 * 255 / max(error, 1e-6))
    }
    // With the gain product / givenSquare.
    let balanced = drawnSquare - product * product / (givenSquare + 1e-9)
    return ViewScore(
      name: name, psnr: decibels(givenSquare + drawnSquare - 2 * product),
      balancedPSNR: decibels(balanced),
      ssim: similarity(given, drawn, isInside),
      maskIoU: either > 0 ? Double(both) / Double(either) : 1,
      drawn: drawn)
  }

  /// Mean over the windows that lie inside.
  private static func similarity(_ a: Image, _ b: Image, _ isInside: [Bool]) -> Double {
    let (w, h) = (a.width, a.height)
    let (p, q) = (
      LumaImage(a).values.map { 255 * Double($0) }, LumaImage(b).values.map { 255 * Double($0) }
    )
    var (sum, count) = (0.0, 0)
    for y in stride(from: 3, to: h - 3, by: 2) {
      for x in stride(from: 3, to: w - 3, by: 2) where isInside[y * w + x] {
        var (mp, mq, pp, qq, pq) = (0.0, 0.0, 0.0, 0.0, 0.0)
        var isWhole = true
        for row in y - 3...y + 3 {
          for at in row * w + x - 3...row * w + x + 3 {
            if !isInside[at] { isWhole = false }
            mp += p[at]
            mq += q[at]
            pp += p[at] * p[at]
            qq += q[at] * q[at]
            pq += p[at] * q[at]
          }
        }
        guard isWhole else { continue }
        (mp, mq) = (mp / 49, mq / 49)
        let vp: Double = pp / 49 - mp * mp
        let vq: Double = qq / 49 - mq * mq
        let cov: Double = pq / 49 - mp * mq
        let (c1, c2) = (6.5025, 58.5225)
        let light: Double = (2 * mp * mq + c1) / (mp * mp + mq * mq + c1)
        let shape: Double = (2 * cov + c2) / (vp + vq + c2)
        sum += light * shape
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : 1
  }
}
