import LinearMath
import Scenes

/// How a picture's levels lie in memory and how it is read.
struct TextureLayout: Sendable, Equatable {
  let size: SIMD2<Int32>
  /// Where each level begins.
  let starts: [Int32]
  let isSmooth: Bool
  let wrapU, wrapV: Texture.Wrap
  /// The most places along the longer side of what a pixel covers.
  let anisotropy: Int
}

/// The part of a picture that a pixel covers, as places along its longer axis (McCormack et al., "Feline: fast
/// elliptical lines for anisotropic texture mapping", 1999).
struct PixelShape {
  /// How many places each lane takes, and the most of them.
  let counts: SIMD8<Float>
  let largest: Int
  /// The longer axis, in u and v, from end to end.
  let axisU, axisV: SIMD8<Float>
  /// How often the picture is halved for the places.
  let level: SIMD8<Float>

  /// - Parameters:
  ///   - right: how u and v change per pixel to the right.
  ///   - down: the same per pixel down.
  @inline(__always)
  init(
    _ layout: TextureLayout, right: (SIMD8<Float>, SIMD8<Float>),
    down: (SIMD8<Float>, SIMD8<Float>)
  ) {
    let (width, height) = (Float(layout.size.x), Float(layout.size.y))
    @inline(__always)
    func square(_ step: (SIMD8<Float>, SIMD8<Float>)) -> SIMD8<Float> {
      let (x, y): (SIMD8<Float>, SIMD8<Float>) = (step.0 * width, step.1 * height)
      return x * x + y * y
    }
    // Above the number of levels nothing changes; the floor keeps quotient and logarithm defined.
    let (across, along) = (
      square(right).clamped(1e-12, 1e12), square(down).clamped(1e-12, 1e12)
    )
    let isAcross = across .> along
    let (long, short) = (greater(across, along), lesser(across, along))
    axisU = down.0.replacing(with: right.0, where: isAcross)
    axisV = down.1.replacing(with: right.1, where: isAcross)
    let ratio = (long / short).roots
    // What is magnified gains nothing from more places.
    let places = (ratio + 0.5).rounded(.down).clamped(1, Float(layout.anisotropy))
    counts = places.replacing(with: 1, where: long .<= 1)
    level = (long / (counts * counts)).log2 * 0.5
    largest =
      any(counts .> 1)
      ? Int(
        max(
          counts[0], counts[1], counts[2], counts[3], counts[4],
          counts[5], counts[6], counts[7])) : 1
  }
}

/// The texels that eight places read, and their weights: the same for all pictures of one layout.
struct TextureFootprint {
  /// Four texels a lane, left and right above, left and right below; only the first where not smooth.
  struct Level {
    var a, b, c, d: SIMD8<Int32>
    var weightA, weightB, weightC, weightD: SIMD8<Float>
  }

  let fine, coarse: Level
  /// How far from the fine to the coarse level; whether anywhere at all.
  let share: SIMD8<Float>
  let isBetween: Bool

  /// - Parameter level: how often the picture is halved; not whole, and below nought or above the last level
  ///   too.
  @inline(__always)
  init(
    _ layout: TextureLayout, _ u: SIMD8<Float>, _ v: SIMD8<Float>, level wantedLevel: SIMD8<Float>
  ) {
    let last = Int32(layout.starts.count - 1)
    let wanted = wantedLevel.clamped(0, Float(last))
    let lower = wanted.rounded(.down)
    share = wanted - lower
    isBetween = any(share .> 0)
    let (wrappedU, wrappedV) = (
      Self.wrapped(u, layout.wrapU), Self.wrapped(v, layout.wrapV)
    )
    let level = lower.truncated
    fine = Self.level(layout, wrappedU, wrappedV, level)
    if isBetween {
      let next = level &+ 1
      let most = SIMD8<Int32>(repeating: last)
      coarse = Self.level(
        layout, wrappedU, wrappedV, next.replacing(with: most, where: next .> most))
    } else {
      coarse = fine
    }
  }

  /// Coordinates brought into 0...1; what is no number becomes 0.
  @inline(__always)
  private static func wrapped(_ value: SIMD8<Float>, _ mode: Texture.Wrap) -> SIMD8<Float> {
    switch mode {
    case .clamp: return value.clamped(0, 1)
    case .repeat: return (value - value.rounded(.down)).clamped(0, 1)
    case .mirror:
      let half: SIMD8<Float> = value * 0.5
      let folded: SIMD8<Float> = (half - half.rounded(.down)) * 2
      return lesser(folded, 2 - folded).clamped(0, 1)
    }
  }

  @inline(__always)
  private static func level(
    _ layout: TextureLayout, _ u: SIMD8<Float>, _ v: SIMD8<Float>, _ level: SIMD8<Int32>
  ) -> Level {
    let one = SIMD8<Int32>(repeating: 1)
    var width = SIMD8<Int32>(repeating: layout.size.x) &>> level
    var height = SIMD8<Int32>(repeating: layout.size.y) &>> level
    width = width.replacing(with: one, where: width .< one)
    height = height.replacing(with: one, where: height .< one)
    let starts = layout.starts
    let start = SIMD8<Int32>(
      starts[Int(level[0])], starts[Int(level[1])], starts[Int(level[2])], starts[Int(level[3])],
      starts[Int(level[4])], starts[Int(level[5])], starts[Int(level[6])], starts[Int(level[7])])
    let x: SIMD8<Float> = u * SIMD8<Float>(width)
    let y: SIMD8<Float> = v * SIMD8<Float>(height)
    guard layout.isSmooth else {
      let at =
        start &+ clamped(y.floors, below: height) &* width &+ clamped(x.floors, below: width)
      let none = SIMD8<Float>(repeating: 0)
      return Level(
        a: at, b: at, c: at, d: at, weightA: SIMD8(repeating: 1), weightB: none, weightC: none,
        weightD: none)
    }
    let (left, right, shareX) = neighbors(x - 0.5, width, repeats: layout.wrapU == .repeat)
    let (top, bottom, shareY) = neighbors(y - 0.5, height, repeats: layout.wrapV == .repeat)
    let (upper, under) = (start &+ top &* width, start &+ bottom &* width)
    let restY: SIMD8<Float> = 1 - shareY
    let weightB: SIMD8<Float> = shareX * restY
    let weightD: SIMD8<Float> = shareX * shareY
    return Level(
      a: upper &+ left, b: upper &+ right, c: under &+ left, d: under &+ right,
      weightA: restY - weightB, weightB: weightB, weightC: shareY - weightD, weightD: weightD)
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
    let zero = SIMD8<Int32>(repeating: 0)
    let before = first.replacing(with: count &- 1, where: first .< zero)
    let after = second.replacing(with: zero, where: second .>= count)
    return (clamped(before, below: count), clamped(after, below: count), share)
  }
}
