import Imaging
import LinearMath

/// How far each pixel centre of a view is from the object's outline, in pixels; positive within.
///
/// The outline is where alpha, smoothed over three pixels, is one half: that of a straight edge stays where it is, and
/// the steps of coverage by a few samples go. It is taken as line segments between pixel centres (marching squares), and
/// the distance is the exact one to the nearest segment found by sweeping (Danielsson, "Euclidean distance mapping",
/// 1980, with segments for points).
struct Outline: Sendable {
  let width, height: Int
  let distances: [Float]
  /// Pixels within.
  let area: Double
  /// The object's pixels: first, and one beyond the last.
  let bounds: (low: SIMD2<Int>, high: SIMD2<Int>)
  /// Where the object's pixels touch the border of the picture, nothing can be said of what lies beyond.
  let touchesBorder: Bool
  /// Whether all four corners of the picture are object: the sign of a mask that is the wrong way round.
  let holdsCorners: Bool

  init(_ image: Image) {
    let (w, h) = (image.width, image.height)
    (width, height) = (w, h)
    let alpha = (0..<w * h).map { Float(image.bytes[4 * $0 + 3]) / 255 }
    let cover = Self.smoothed(alpha, w, h)
    var (low, high) = (SIMD2(w, h), SIMD2(0, 0))
    var area = 0
    var touches = false
    for y in 0..<h {
      for x in 0..<w where cover[y * w + x] >= 0.5 {
        area += 1
        low = SIMD2(min(low.x, x), min(low.y, y))
        high = SIMD2(max(high.x, x + 1), max(high.y, y + 1))
        if x == 0 || y == 0 || x == w - 1 || y == h - 1 { touches = true }
      }
    }
    self.area = Double(area)
    bounds = (low, high)
    touchesBorder = touches
    holdsCorners = [0, w - 1, (h - 1) * w, h * w - 1].allSatisfy { cover[$0] >= 0.5 }
    distances = Self.distances(cover, w, h)
  }

  /// The distance at a place in pixels: beyond the picture that at its border, less what it is beyond; infinite where
  /// the object goes on there.
  @inline(__always)
  func distance(at pixel: SIMD2<Float>) -> Float {
    let x = min(max(pixel.x - 0.5, 0), Float(width - 1))
    let y = min(max(pixel.y - 0.5, 0), Float(height - 1))
    let (ix, iy) = (min(Int(x), width - 2), min(Int(y), height - 2))
    let (fx, fy) = (x - Float(ix), y - Float(iy))
    let base = iy * width + ix
    let top = distances[base] * (1 - fx) + distances[base + 1] * fx
    let bottom = distances[base + width] * (1 - fx) + distances[base + width + 1] * fx
    let inside = top * (1 - fy) + bottom * fy
    let beyond = SIMD2(x + 0.5 - pixel.x, y + 0.5 - pixel.y)
    if beyond == .zero { return inside }
    if touchesBorder && inside > -1 { return .infinity }
    return inside - (beyond.x * beyond.x + beyond.y * beyond.y).squareRoot()
  }

  private static func smoothed(_ alpha: [Float], _ w: Int, _ h: Int) -> [Float] {
    var rows = alpha
    for y in 0..<h {
      for x in 0..<w {
        let at = y * w + x
        let (left, right) = (alpha[at - (x > 0 ? 1 : 0)], alpha[at + (x < w - 1 ? 1 : 0)])
        rows[at] = 0.25 * (left + right) + 0.5 * alpha[at]
      }
    }
    var out = rows
    for y in 0..<h {
      let (up, down) = (y > 0 ? w : 0, y < h - 1 ? w : 0)
      for x in 0..<w {
        let at = y * w + x
        out[at] = 0.25 * (rows[at - up] + rows[at + down]) + 0.5 * rows[at]
      }
    }
    return out
  }

  /// A piece of the outline within a square of four pixel centres.
  private struct Segment {
    let start, along: SIMD2<Float>
    let inverseSquare: Float

    init(_ start: SIMD2<Float>, _ end: SIMD2<Float>) {
      self.start = start
      along = end - start
      let square = (along * along).sum()
      inverseSquare = square > 1e-12 ? 1 / square : 0
    }

    func squaredDistance(_ p: SIMD2<Float>) -> Float {
      let t = min(max(((p - start) * along).sum() * inverseSquare, 0), 1)
      let off = p - start - along * t
      return (off * off).sum()
    }
  }

  private static func distances(_ cover: [Float], _ w: Int, _ h: Int) -> [Float] {
    var segments: [Segment] = []
    var nearest = [Int32](repeating: -1, count: w * h)
    var squares = [Float](repeating: .infinity, count: w * h)
    func offer(_ segment: Int32, to x: Int, _ y: Int) {
      let square = segments[Int(segment)].squaredDistance(SIMD2(Float(x), Float(y)))
      if square < squares[y * w + x] {
        (squares[y * w + x], nearest[y * w + x]) = (square, segment)
      }
    }
    for y in 0..<h - 1 {
      for x in 0..<w - 1 {
        let at = y * w + x
        let c = [
          cover[at] - 0.5, cover[at + 1] - 0.5, cover[at + w + 1] - 0.5, cover[at + w] - 0.5,
        ]
        let signs = (0..<4).reduce(0) { $0 | (c[$1] >= 0 ? 1 << $1 : 0) }
        if signs == 0 || signs == 15 { continue }
        let corners: [SIMD2<Float>] = [[0, 0], [1, 0], [1, 1], [0, 1]]
        var cuts: [SIMD2<Float>] = []
        for side in 0..<4 {
          let (a, b) = (c[side], c[(side + 1) % 4])
          guard (a >= 0) != (b >= 0) else { continue }
          let t = a / (a - b)
          let place = corners[side] + (corners[(side + 1) % 4] - corners[side]) * t
          cuts.append(place + SIMD2(Float(x), Float(y)))
        }
        for pair in stride(from: 0, to: cuts.count - 1, by: 2) {
          segments.append(Segment(cuts[pair], cuts[pair + 1]))
          for corner in corners {
            offer(Int32(segments.count - 1), to: x + Int(corner.x), y + Int(corner.y))
          }
        }
      }
    }
    guard !segments.isEmpty else {
      return cover.map { $0 >= 0.5 ? Float(w + h) : -Float(w + h) }
    }
    func take(_ x: Int, _ y: Int, from dx: Int, _ dy: Int) {
      let (ox, oy) = (x + dx, y + dy)
      guard ox >= 0, oy >= 0, ox < w, oy < h, nearest[oy * w + ox] >= 0 else { return }
      offer(nearest[oy * w + ox], to: x, y)
    }
    for _ in 0..<2 {
      for y in 0..<h {
        for x in 0..<w {
          for (dx, dy) in [(-1, 0), (-1, -1), (0, -1), (1, -1)] { take(x, y, from: dx, dy) }
        }
        for x in (0..<w).reversed() { take(x, y, from: 1, 0) }
      }
      for y in (0..<h).reversed() {
        for x in (0..<w).reversed() {
          for (dx, dy) in [(1, 0), (1, 1), (0, 1), (-1, 1)] { take(x, y, from: dx, dy) }
        }
        for x in 0..<w { take(x, y, from: -1, 0) }
      }
    }
    return (0..<w * h).map { squares[$0].squareRoot() * (cover[$0] >= 0.5 ? 1 : -1) }
  }
}
