import LinearMath

/// One view, ready to be matched.
struct StereoView: Sendable {
  let camera: Projection
  let luma: LumaImage

  var halved: StereoView { StereoView(camera: camera.halved, luma: luma.halved) }
}

/// From the camera of one view to another's.
struct RelativePose: Sendable {
  let rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
  let shift: SIMD3<Float>

  init(from a: Projection, to b: Projection) {
    func turned(_ v: SIMD3<Float>) -> SIMD3<Float> {
      SIMD3(v.dot(a.right), v.dot(a.down), v.dot(a.ahead))
    }
    rows = (turned(b.right), turned(b.down), turned(b.ahead))
    shift = SIMD3(
      b.right.dot(a.eye) + b.shift.x, b.down.dot(a.eye) + b.shift.y, b.ahead.dot(a.eye) + b.shift.z)
  }
}

/// The pixels about one pixel of a view, weighted: near ones of like brightness that belong to the object count most
/// (Yoon and Kweon, "Adaptive support-weight approach for correspondence search", 2006).
struct ReferencePatch {
  static let radius = 3
  private static let side = 7
  /// Seven rows of seven pixels; the eighth lane counts nothing.
  private var values = InlineArray<7, SIMD8<Float>>(repeating: .zero)
  private var weights = InlineArray<7, SIMD8<Float>>(repeating: .zero)
  private let x, y: Int
  private var mean: Float = 0
  private var variance: Float = 0

  /// What 8-bit codes leave open of brightness, squared: below it nothing can be told.
  private static let noise: Float = 0.004 * 0.004

  init(_ image: LumaImage, x: Int, y: Int) {
    (self.x, self.y) = (x, y)
    let center = image.values[y * image.width + x]
    var (total, sum) = (Float(0), Float(0))
    for row in 0..<Self.side {
      var (v, w) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
      let py = y + row - Self.radius
      for column in 0..<Self.side {
        let px = x + column - Self.radius
        guard px >= 0, py >= 0, px < image.width, py < image.height else { continue }
        let at = py * image.width + px
        guard image.cover[at] > 0.9 || (row == Self.radius && column == Self.radius) else {
          continue
        }
        let difference = (image.values[at] - center) * 6
        let away = Float(
          (column - Self.radius) * (column - Self.radius) + (row - Self.radius)
            * (row - Self.radius))
        let weight = 1 / ((1 + difference * difference) * (1 + away * 0.06))
        v[column] = image.values[at]
        w[column] = weight
        total += weight
        sum += weight * image.values[at]
      }
      (values[row], weights[row]) = (v, w)
    }
    mean = sum / total
    var spread = Float(0)
    for row in 0..<Self.side {
      weights[row] *= 1 / total
      values[row] -= mean
      spread += (weights[row] * values[row] * values[row]).sum()
    }
    variance = spread
  }

  /// How badly another view fits a plane through this pixel, 0 to 2: one less the correlation of the patches. How bright
  /// they are tells nothing: a shiny surface is of other brightness for each view, and so is a photograph.
  @inline(__always)
  func cost(
    depth: Float, normal: SIMD3<Float>, ray: SIMD3<Float>, _ own: Projection, _ other: StereoView,
    _ pose: RelativePose
  ) -> Float {
    // Points of the plane: ray(p) * (n . X) / (n . ray(p)); times n . ray(p) all is linear in the pixel.
    let offset = normal.dot(ray) * depth
    let camera = other.camera
    let (r0, r1, r2) = pose.rows
    func row(_ turn: SIMD3<Float>, _ shift: Float) -> SIMD3<Float> {
      turn * offset + normal * shift
    }
    let (ax, ay, az) = (row(r0, pose.shift.x), row(r1, pose.shift.y), row(r2, pose.shift.z))
    let step = SIMD2<Float>(1, 1) / own.focal
    let corner =
      ray + SIMD3(-Float(Self.radius) * step.x, -Float(Self.radius) * step.y, 0)
    let lanes = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) * step.x
    var (sum, square, product) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    let source = other.luma.values
    var isAhead = true
    for index in 0..<Self.side {
      let at = corner + SIMD3(0, Float(index) * step.y, 0)
      let z: SIMD8<Float> = lanes * az.x + az.dot(at)
      // The plane's side of the reference fixes the sign.
      let scale: SIMD8<Float> = 1 / z
      let px: SIMD8<Float> = (lanes * ax.x + ax.dot(at)) * scale * camera.focal.x + camera.center.x
      let py: SIMD8<Float> = (lanes * ay.x + ay.dot(at)) * scale * camera.focal.y + camera.center.y
      if index == Self.radius {
        let limit = SIMD2(Float(camera.width), Float(camera.height))
        let (mx, my) = (px[3], py[3])
        isAhead = z[3] * offset > 0 && mx > 1 && my > 1 && mx < limit.x - 1 && my < limit.y - 1
      }
      let v = sampled(source, camera.width, camera.height, x: px, y: py)
      let w = weights[index]
      let weighted: SIMD8<Float> = w * v
      sum += weighted
      square += weighted * v
      product += weighted * values[index]
    }
    guard isAhead else { return 2 }
    let otherMean = sum.sum()
    let otherVariance = max(0, square.sum() - otherMean * otherMean)
    let noise = Self.noise
    let correlation =
      (product.sum() + noise)
      / ((variance + noise) * (otherVariance + noise)).squareRoot()
    return min(2, max(0, 1 - correlation))
  }
}
