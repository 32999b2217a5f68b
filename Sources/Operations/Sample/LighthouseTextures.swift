import Glibc
import Imaging
import LinearMath
import Work

/// The horizontal bands of the lighthouse's atlas, from top to bottom.
enum LighthouseBand: Int, CaseIterable {
  case roof, lantern, metal, tower, rock

  /// Where each band begins and ends, as a share of the atlas's height.
  private var range: (Float, Float) {
    switch self {
    case .roof: (0.00, 0.10)
    case .lantern: (0.10, 0.22)
    case .metal: (0.22, 0.34)
    case .tower: (0.34, 0.72)
    case .rock: (0.72, 1.00)
    }
  }

  /// The atlas's v for a share of the band, kept off its edges so that filtering does not bleed.
  func v(_ share: Float) -> Float {
    let margin: Float = 0.008
    let (low, high) = range
    return low + margin + (high - low - 2 * margin) * min(max(share, 0), 1)
  }

  /// The band and the share of it at a v.
  static func at(_ v: Float) -> (LighthouseBand, Float) {
    let band = allCases.first { v < $0.range.1 } ?? .rock
    let margin: Float = 0.008
    let (low, high) = band.range
    return (band, min(max((v - low - margin) / (high - low - 2 * margin), 0), 1))
  }
}

/// The atlas: every map is painted from one description of the surface at (u, v).
struct LighthouseTextures {
  let baseColor, occlusionRoughnessMetallic, normal, emissive: [UInt8]

  /// What the surface is at one place. Height is in units of the atlas's height.
  private struct Surface {
    /// sRGB.
    var color = SIMD3<Float>(repeating: 0.5)
    var height: Float = 0
    var roughness: Float = 0.7
    var metallic: Float = 0
    var occlusion: Float = 1
    var glow = SIMD3<Float>.zero
  }

  init(size: Int, _ work: WorkContext) throws {
    var texels = [Surface](repeating: Surface(), count: size * size)
    try parallelFill(&texels, chunk: size, work) { offset, piece in
      for x in 0..<piece.count {
        piece[x] = Self.surface(
          u: (Float(x) + 0.5) / Float(size), v: (Float(offset / size) + 0.5) / Float(size))
      }
    }
    func picture(_ channels: (Int, Int) -> SIMD3<Float>) throws -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(3 * size * size)
      for y in 0..<size {
        for x in 0..<size {
          let color = channels(x, y).clamped(lowerBound: .zero, upperBound: .one)
          for channel in 0..<3 { bytes.append(UInt8((color[channel] * 255).rounded())) }
        }
      }
      return try ImageFile.encodePNG(Image(width: size, height: size, channels: 3, bytes: bytes))
    }
    baseColor = try picture { texels[$1 * size + $0].color }
    occlusionRoughnessMetallic = try picture { x, y in
      let texel = texels[y * size + x]
      return [texel.occlusion, texel.roughness, texel.metallic]
    }
    emissive = try picture { texels[$1 * size + $0].glow }
    normal = try picture { x, y in
      // u wraps; v does not. Slopes are per texel; +y of a normal map points up the image.
      func height(_ x: Int, _ y: Int) -> Float {
        texels[min(max(y, 0), size - 1) * size + (x + size) % size].height * Float(size)
      }
      let slope =
        SIMD2(
          height(x + 1, y) - height(x - 1, y), height(x, y - 1) - height(x, y + 1)) / 2
      return SIMD3(-slope.x, -slope.y, 1).normalized * 0.5 + 0.5
    }
  }

  private static func surface(u: Float, v: Float) -> Surface {
    let (band, share) = LighthouseBand.at(v)
    return switch band {
    case .roof: roof(u, share)
    case .lantern: lantern(u, share)
    case .metal: metal(u, share)
    case .tower: tower(u, share)
    case .rock: rock(u, share)
    }
  }

  /// A place on a cylinder for noise that closes around u.
  private static func around(_ u: Float, _ share: Float, _ frequency: Float) -> SIMD3<Float> {
    let angle = 2 * Float.pi * u
    return SIMD3(cos(angle), 2 * share, sin(angle)) * frequency
  }

  private static func smoothstep(_ low: Float, _ high: Float, _ value: Float) -> Float {
    let t = min(max((value - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)
  }

  /// Copper seams, green where the weather has been.
  private static func roof(_ u: Float, _ share: Float) -> Surface {
    var surface = Surface()
    let rib = smoothstep(0.42, 0.49, abs((u * 16).truncatingRemainder(dividingBy: 1) - 0.5))
    let green = smoothstep(0.42, 0.62, Noise.fractal(around(u, share, 3), octaves: 5))
    let copper = SIMD3<Float>(0.85, 0.52, 0.38)
    surface.color = copper + (SIMD3<Float>(0.36, 0.62, 0.54) - copper) * green
    surface.metallic = 1 - 0.9 * green
    surface.roughness = 0.34 + 0.44 * green
    surface.height = 0.0018 * rib
    surface.occlusion = 1 - 0.25 * smoothstep(0.86, 1, share)
    return surface
  }

  /// Glass panes that glow between dark bars.
  private static func lantern(_ u: Float, _ share: Float) -> Surface {
    var surface = Surface()
    let across = abs((u * 10).truncatingRemainder(dividingBy: 1) - 0.5) * 2
    let isWall = share > 0.3 && share < 0.72
    let up = (share - 0.3) / 0.42
    let bar = max(
      smoothstep(0.84, 0.90, across),
      isWall ? smoothstep(0.90, 0.94, abs(up - 0.5) * 2) : 1)
    let middle = isWall ? smoothstep(0.05, 0.02, abs(up - 0.5)) : 0
    let frame = max(bar, middle)
    let pane = SIMD3<Float>(0.95, 0.80, 0.50)
    surface.color = pane + (SIMD3<Float>(0.10, 0.11, 0.12) - pane) * frame
    surface.roughness = 0.12 + 0.4 * frame
    surface.metallic = 0.8 * frame
    surface.height = 0.0016 * frame
    let glow = (1 - frame) * (1 - 0.55 * abs(up - 0.5) * 2)
    surface.glow = SIMD3(1, 0.78, 0.40) * max(0, glow)
    return surface
  }

  /// Dark painted iron with worn spots.
  private static func metal(_ u: Float, _ share: Float) -> Surface {
    var surface = Surface()
    let wear = smoothstep(0.55, 0.68, Noise.fractal(around(u, share, 6), octaves: 4))
    let paint = SIMD3<Float>(0.16, 0.18, 0.20)
    surface.color = paint + (SIMD3<Float>(0.62, 0.60, 0.57) - paint) * wear
    surface.metallic = 0.25 + 0.75 * wear
    surface.roughness = 0.42 + 0.15 * Noise.fractal(around(u, share, 12), octaves: 3)
    surface.height = -0.0004 * wear
    surface.occlusion = 1 - 0.35 * smoothstep(0.55, 0.95, share)
    return surface
  }

  /// Red and white plaster over courses of stone, with windows and a door.
  private static func tower(_ u: Float, _ share: Float) -> Surface {
    var surface = Surface()
    // The wall takes the middle of the profile; lids lie at both ends.
    let wall = (share - 0.122) / (0.758 - 0.122)
    let courses: Float = 26
    let course = (wall * courses).rounded(.down)
    let alongRow = u * 22 + (course.truncatingRemainder(dividingBy: 2) == 0 ? 0 : 0.5)
    let inRow = abs(alongRow.truncatingRemainder(dividingBy: 1) - 0.5) * 2
    let inCourse = abs((wall * courses).truncatingRemainder(dividingBy: 1) - 0.5) * 2
    let joint = max(smoothstep(0.90, 0.97, inRow), smoothstep(0.80, 0.93, inCourse))
    let grain = Noise.fractal(around(u, share, 14), octaves: 4)
    let stains = smoothstep(0.5, 0.8, Noise.fractal(around(u * 1, share * 0.25, 7), octaves: 4))

    let isRed = Int((wall * 5).rounded(.down)) % 2 == 0
    let paint: SIMD3<Float> = isRed ? [0.74, 0.16, 0.13] : [0.93, 0.91, 0.86]
    surface.color = paint * (0.93 + 0.14 * (grain - 0.5)) * (1 - 0.16 * stains) * (1 - 0.10 * joint)
    surface.roughness = 0.62 + 0.25 * (grain - 0.5) + 0.1 * stains
    surface.height = 0.0009 * (1 - joint) + 0.0006 * grain
    surface.occlusion =
      1 - 0.30 * joint - 0.35 * smoothstep(0.10, 0, wall)
      - 0.30 * smoothstep(0.92, 1, wall)
    addOpenings(u, wall, to: &surface)
    return surface
  }

  private static func addOpenings(_ u: Float, _ wall: Float, to surface: inout Surface) {
    // Windows climb around the tower; the door stands at the foot.
    let openings: [(u: Float, wall: Float, width: Float, height: Float, isDoor: Bool)] = [
      (0.25, 0.22, 0.030, 0.036, false), (0.60, 0.38, 0.030, 0.036, false),
      (0.92, 0.55, 0.030, 0.036, false), (0.45, 0.70, 0.030, 0.036, false),
      (0.75, 0.915, 0.042, 0.070, true),
    ]
    for opening in openings {
      let x = (u - opening.u) / opening.width
      let y = (wall - opening.wall) / opening.height
      // A rectangle with a round head.
      let head = y < -0.4 ? (x * x + (y + 0.4) * (y + 0.4) * 2.2).squareRoot() : max(abs(x), abs(y))
      guard head < 1.25 else { continue }
      let isFrame = head > 0.95
      if isFrame {
        surface.color = [0.80, 0.77, 0.70]
        surface.height = 0.0026
        surface.roughness = 0.55
      } else if opening.isDoor {
        let plank = abs((x * 2.5).truncatingRemainder(dividingBy: 1))
        surface.color =
          SIMD3(0.33, 0.21, 0.12) * (0.85 + 0.3 * Noise.fractal([x * 3, y * 14, 5], octaves: 3))
        surface.height = plank < 0.08 || plank > 0.92 ? -0.0010 : -0.0004
        surface.roughness = 0.6
        surface.occlusion = min(surface.occlusion, 0.8)
      } else {
        let bar = abs(x) < 0.09 || abs(y) < 0.09
        surface.color = bar ? [0.75, 0.73, 0.68] : [0.08, 0.10, 0.13]
        surface.height = bar ? 0 : -0.0012
        surface.roughness = bar ? 0.5 : 0.08
        surface.occlusion = bar ? 0.9 : 0.75
        surface.glow = bar ? .zero : SIMD3(0.42, 0.26, 0.10)
      }
    }
  }

  /// Grey stone with moss above and wet, dark feet.
  private static func rock(_ u: Float, _ share: Float) -> Surface {
    var surface = Surface()
    // The mound takes the first part of the profile, its flat underside the rest.
    let slope = min(share / 0.56, 1)
    let place = moundPlace(u, slope)
    let coarse = Noise.fractal(place * 3.2, octaves: 6)
    let fine = Noise.fractal(place * 17, octaves: 4)
    let layers = 0.5 + 0.5 * sin(place.y * 60 + 9 * Noise.fractal(place * 4, octaves: 3))
    let moss =
      smoothstep(0.50, 0.62, Noise.fractal(place * 3.5 + 3, octaves: 5))
      * smoothstep(0.95, 0.5, slope)
    let stone = SIMD3<Float>(0.62, 0.59, 0.55) * (0.45 + 0.75 * coarse + 0.35 * (fine - 0.5))
    surface.color = stone * (0.92 + 0.08 * layers)
    surface.color += (SIMD3<Float>(0.33, 0.38, 0.17) * (0.7 + 0.6 * fine) - surface.color) * moss
    let wet = smoothstep(0.80, 0.95, slope + 0.15 * (coarse - 0.5))
    surface.color *= 1 - 0.45 * wet
    surface.roughness = 0.85 - 0.5 * wet + 0.1 * (fine - 0.5)
    surface.height = 0.006 * coarse + 0.0035 * fine + 0.0005 * layers + 0.001 * moss
    surface.occlusion = 1 - 0.45 * smoothstep(0.50, 0.30, coarse)
    return surface
  }

  /// Where a texel of the mound lies in space, so that stone has no seam and no stretch.
  private static func moundPlace(_ u: Float, _ slope: Float) -> SIMD3<Float> {
    let angle = slope * .pi * 0.62
    let turn = 2 * Float.pi * u
    return [0.98 * sin(angle) * cos(turn), 0.42 * cos(angle), -0.98 * sin(angle) * sin(turn)]
  }
}
