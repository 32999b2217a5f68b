import Imaging
import LinearMath
import Scenes
import Work

/// A picture in halving sizes, in linear light or plain numbers, ready to be read eight places at a time.
struct TexturePyramid: Sendable {
  private let texels: [SIMD4<UInt16>]
  private let starts: [Int32]
  private let size: SIMD2<Int32>
  private let isSmooth: Bool
  private let wraps: (u: Texture.Wrap, v: Texture.Wrap)

  init(_ picture: PreparedScene.Picture) {
    let image = picture.image
    let linear = (0..<256).map { code -> UInt16 in
      let light = picture.isColor ? SRGB.linearOfCode[code] : Float(code) / 255
      return UInt16((light * 65_535).rounded())
    }
    var texels: [SIMD4<UInt16>] = []
    texels.reserveCapacity(image.width * image.height * 4 / 3 + 64)
    for at in stride(from: 0, to: image.bytes.count, by: 4) {
      let alpha = UInt16(image.bytes[at + 3]) * 257
      texels.append(
        SIMD4(
          linear[Int(image.bytes[at])], linear[Int(image.bytes[at + 1])],
          linear[Int(image.bytes[at + 2])], alpha))
    }
    var starts: [Int32] = [0]
    var (width, height) = (image.width, image.height)
    while width > 1 || height > 1 {
      let start = Int(starts.last!)
      starts.append(Int32(texels.count))
      Self.appendHalved(&texels, start, width, height)
      (width, height) = (max(1, width / 2), max(1, height / 2))
    }
    (self.texels, self.starts) = (texels, starts)
    size = SIMD2(Int32(image.width), Int32(image.height))
    isSmooth = picture.texture.isSmooth
    wraps = (picture.texture.wrapU, picture.texture.wrapV)
  }

  /// Appends a level half the size; each texel is the mean of what it covers, parts counted as such.
  private static func appendHalved(
    _ texels: inout [SIMD4<UInt16>], _ start: Int, _ width: Int, _ height: Int
  ) {
    let columns = spans(width)
    let rows = spans(height)
    for row in rows {
      for column in columns {
        var sum = SIMD4<Float>.zero
        for (y, down) in row {
          for (x, across) in column {
            sum += SIMD4<Float>(texels[start + y * width + x]) * (across * down)
          }
        }
        let rounded = SIMD8(lowHalf: sum + 0.5, highHalf: .zero).truncated
        texels.append(SIMD4<UInt16>(truncatingIfNeeded: rounded.lowHalf))
      }
    }
  }

  /// For each texel of the halved row what of the row it covers, and by which share.
  private static func spans(_ count: Int) -> [[(Int, Float)]] {
    let half = max(1, count / 2)
    let length = Float(count) / Float(half)
    return (0..<half).map { index in
      let (low, high) = (Float(index) * length, Float(index + 1) * length)
      return (Int(low)..<min(count, Int(high.rounded(.up)))).compactMap { texel in
        let share = (min(high, Float(texel + 1)) - max(low, Float(texel))) / length
        return share > 1e-6 ? (texel, share) : nil
      }
    }
  }

  // MARK: Reading

  /// The filtered values at eight places, all four channels, 0...1.
  ///
  /// - Parameter rates: how u and v change per pixel to the right, then per pixel down.
  @inline(__always)
  func sample(
    _ u: SIMD8<Float>, _ v: SIMD8<Float>,
    _ rates: (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)
  ) -> Lanes4 {
    let (width, height) = (Float(size.x), Float(size.y))
    let across: SIMD8<Float> = squares(rates.0 * width, rates.1 * height)
    let down: SIMD8<Float> = squares(rates.2 * width, rates.3 * height)
    // Above the number of levels nothing changes; the floor keeps the logarithm defined.
    let footprint = greater(across, down).clamped(1e-12, 1e12)
    let wanted = (footprint.log2 * 0.5).clamped(0, Float(starts.count - 1))
    let lower = wanted.rounded(.down)
    let share: SIMD8<Float> = wanted - lower
    let (wrappedU, wrappedV) = (Self.wrapped(u, wraps.u), Self.wrapped(v, wraps.v))
    let level = lower.truncated
    let scale: Float = 1 / 65_535
    let fine = read(wrappedU, wrappedV, level)
    if !any(share .> 0) { return fine * SIMD8(repeating: scale) }
    let next = level &+ 1
    let last = SIMD8<Int32>(repeating: Int32(starts.count - 1))
    let coarse = read(wrappedU, wrappedV, next.replacing(with: last, where: next .> last))
    return fine * ((1 - share) * scale) + coarse * (share * scale)
  }

  @inline(__always)
  private func squares(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { a * a + b * b }

  /// Coordinates brought into 0...1.
  @inline(__always)
  private static func wrapped(_ value: SIMD8<Float>, _ mode: Texture.Wrap) -> SIMD8<Float> {
    switch mode {
    case .clamp: return value.clamped(0, 1)
    case .repeat: return value - value.rounded(.down)
    case .mirror:
      let half: SIMD8<Float> = value * 0.5
      let folded: SIMD8<Float> = (half - half.rounded(.down)) * 2
      return lesser(folded, 2 - folded)
    }
  }

  /// The values of one level for each lane, times 65535.
  @inline(__always)
  private func read(_ u: SIMD8<Float>, _ v: SIMD8<Float>, _ level: SIMD8<Int32>) -> Lanes4 {
    let one = SIMD8<Int32>(repeating: 1)
    var width = SIMD8<Int32>(repeating: size.x) &>> level
    var height = SIMD8<Int32>(repeating: size.y) &>> level
    width = width.replacing(with: one, where: width .< one)
    height = height.replacing(with: one, where: height .< one)
    var start = SIMD8<Int32>(repeating: 0)
    for lane in 0..<8 { start[lane] = starts[Int(level[lane])] }
    let x: SIMD8<Float> = u * SIMD8<Float>(width)
    let y: SIMD8<Float> = v * SIMD8<Float>(height)
    guard isSmooth else {
      let column = Self.clamped(x.floors, below: width)
      let row = Self.clamped(y.floors, below: height)
      let index = start &+ row &* width &+ column
      return Lanes4 { SIMD4<Float>(texels[Int(index[$0])]) }
    }
    let (left, right, shareX) = Self.neighbors(x - 0.5, width, repeats: wraps.u == .repeat)
    let (top, bottom, shareY) = Self.neighbors(y - 0.5, height, repeats: wraps.v == .repeat)
    let (upper, under) = (start &+ top &* width, start &+ bottom &* width)
    let (a, b, c, d) = (upper &+ left, upper &+ right, under &+ left, under &+ right)
    let restY: SIMD8<Float> = 1 - shareY
    let weightB: SIMD8<Float> = shareX * restY
    let weightA: SIMD8<Float> = restY - weightB
    let weightD: SIMD8<Float> = shareX * shareY
    let weightC: SIMD8<Float> = shareY - weightD
    return Lanes4 { lane in
      let above: SIMD4<Float> =
        SIMD4<Float>(texels[Int(a[lane])]) * weightA[lane]
        + SIMD4<Float>(texels[Int(b[lane])]) * weightB[lane]
      let below: SIMD4<Float> =
        SIMD4<Float>(texels[Int(c[lane])]) * weightC[lane]
        + SIMD4<Float>(texels[Int(d[lane])]) * weightD[lane]
      return above + below
    }
  }

  @inline(__always)
  private static func clamped(
    _ index: SIMD8<Int32>, below count: SIMD8<Int32>
  ) -> SIMD8<Int32> {
    let zero = SIMD8<Int32>(repeating: 0)
    let last = count &- 1
    let low = index.replacing(with: zero, where: index .< zero)
    return low.replacing(with: last, where: low .> last)
  }

  /// The texels to both sides of places on a line of texels, and how far from the first towards the second.
  @inline(__always)
  private static func neighbors(
    _ place: SIMD8<Float>, _ count: SIMD8<Int32>, repeats: Bool
  ) -> (SIMD8<Int32>, SIMD8<Int32>, SIMD8<Float>) {
    let whole = place.rounded(.down)
    let share: SIMD8<Float> = place - whole
    let first = whole.truncated
    let second = first &+ 1
    guard repeats else {
      return (clamped(first, below: count), clamped(second, below: count), share)
    }
    let before = first.replacing(with: count &- 1, where: first .< SIMD8(repeating: 0))
    let after = second.replacing(with: SIMD8(repeating: 0), where: second .>= count)
    return (clamped(before, below: count), after, share)
  }
}
