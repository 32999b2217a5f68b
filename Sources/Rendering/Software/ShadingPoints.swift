import LinearMath

/// Eight places on triangles of one surface and what is interpolated there.
struct ShadingPoints {
  /// As interpolated, not of length one.
  private(set) var normal: Lanes3
  /// Both texture coordinates, and how they change per pixel to the right and down.
  private(set) var uv: Lanes4
  private(set) var right: Lanes4
  private(set) var down: Lanes4
  private(set) var tangent: Lanes4
  private(set) var color: Lanes4
  /// 1 where the front shows, -1 where the back does.
  private(set) var facing: SIMD8<Float>
  /// In world coordinates, where that is wanted; zero elsewhere.
  private(set) var position: Lanes3
  /// What light arrives; nothing is known of backs.
  private(set) var ambient: AmbientPoints?

  /// - Parameters:
  ///   - numbers: of the triangles, all of one surface.
  ///   - x: places in pixels; those of lanes nobody asks for may be anything in the picture.
  @inline(__always)
  init(
    _ surface: SoftwareScene.Surface, _ triangles: [ScreenTriangle], _ numbers: SIMD8<UInt32>,
    _ x: SIMD8<Float>, _ y: SIMD8<Float>
  ) {
    typealias Rows = InlineArray<8, SIMD8<Float>>
    var shape = Rows(repeating: .zero)
    var paint = Rows(repeating: .zero)
    var rates = Rows(repeating: .zero)
    var facing = SIMD8<Float>(repeating: 1)
    var light = InlineArray<8, SIMD16<Float>>(repeating: AmbientPoints.free)
    var positions = InlineArray<8, SIMD3<Float>>(repeating: .zero)
    let hasAmbient = !surface.ambient.isEmpty
    let usesPaint = surface.material.usesPaint
    for lane in 0..<8 {
      let triangle = triangles[Int(numbers[lane])]
      let place = Interpolation(triangle, x[lane], y[lane])
      let (i, j, k) = (
        Int(triangle.vertices.x), Int(triangle.vertices.y), Int(triangle.vertices.z)
      )
      let a = surface.shape[i]
      let (toB, toC) = (surface.shape[j] - a, surface.shape[k] - a)
      shape[lane] = a + toB * place.second + toC * place.third
      let (uvB, uvC) = (toB.highHalf, toC.highHalf)
      rates[lane] = SIMD8(
        lowHalf: uvB * place.secondRight + uvC * place.thirdRight,
        highHalf: uvB * place.secondDown + uvC * place.thirdDown)
      if surface.needsPosition {
        let (p, q, r) = (surface.positions[i], surface.positions[j], surface.positions[k])
        let toQ: SIMD3<Float> = (q - p) * place.second
        positions[lane] = p + toQ + (r - p) * place.third
      }
      if usesPaint {
        let a = surface.paint[i]
        paint[lane] =
          a + (surface.paint[j] - a) * place.second + (surface.paint[k] - a) * place.third
      }
      if triangle.showsBack {
        facing[lane] = -1
      } else if hasAmbient {
        let a = surface.ambient[i]
        light[lane] =
          a + (surface.ambient[j] - a) * place.second + (surface.ambient[k] - a) * place.third
      }
      // Where normals cancel out, the face's own stands in.
      if !(shape[lane].lowHalf.xyz.lengthSquared > 1e-8) {
        shape[lane] = SIMD8(
          lowHalf: SIMD4(surface.faceNormal(i, j, k), 0), highHalf: shape[lane].highHalf)
      }
    }
    normal = Lanes3(Self.column(shape, 0), Self.column(shape, 1), Self.column(shape, 2))
    uv = Self.columns(shape, from: 4)
    right = Self.columns(rates, from: 0)
    down = Self.columns(rates, from: 4)
    tangent = Self.columns(paint, from: 0)
    color = Self.columns(paint, from: 4)
    self.facing = facing
    position =
      surface.needsPosition ? Self.lanes(positions) : Lanes3(repeating: .zero)
    ambient = hasAmbient ? AmbientPoints(light) : nil
  }

  @inline(__always)
  private static func column(_ rows: InlineArray<8, SIMD8<Float>>, _ index: Int) -> SIMD8<Float> {
    SIMD8(
      rows[0][index], rows[1][index], rows[2][index], rows[3][index], rows[4][index],
      rows[5][index], rows[6][index], rows[7][index])
  }

  @inline(__always)
  private static func columns(_ rows: InlineArray<8, SIMD8<Float>>, from first: Int) -> Lanes4 {
    Lanes4(
      column(rows, first), column(rows, first + 1), column(rows, first + 2),
      column(rows, first + 3))
  }

  @inline(__always)
  private static func lanes(_ rows: InlineArray<8, SIMD3<Float>>) -> Lanes3 {
    @inline(__always)
    func column(_ axis: Int) -> SIMD8<Float> {
      SIMD8(
        rows[0][axis], rows[1][axis], rows[2][axis], rows[3][axis], rows[4][axis], rows[5][axis],
        rows[6][axis], rows[7][axis])
    }
    return Lanes3(column(0), column(1), column(2))
  }

  /// What a map's picture holds at the places.
  ///
  /// - Parameter footprint: that of the last map that was read, taken again where this one is read alike.
  @inline(__always)
  func sample(_ map: SoftwareMaterial.Map, _ footprint: inout MapFootprint?) -> Lanes4 {
    if let known = footprint, known.way == map.way { return map.texture.read(known.footprint) }
    let isFirst = map.way.channel == 0
    let (u, v) = isFirst ? (uv.x, uv.y) : (uv.z, uv.w)
    let (uRight, vRight) = isFirst ? (right.x, right.y) : (right.z, right.w)
    let (uDown, vDown) = isFirst ? (down.x, down.y) : (down.z, down.w)
    let rows = map.way.rows
    @inline(__always)
    func turned(_ u: SIMD8<Float>, _ v: SIMD8<Float>) -> (SIMD8<Float>, SIMD8<Float>) {
      (u * rows.x + v * rows.y, u * rows.z + v * rows.w)
    }
    let (place, across, along) = (turned(u, v), turned(uRight, vRight), turned(uDown, vDown))
    let (u0, v0) = (place.0 + map.way.offset.x, place.1 + map.way.offset.y)
    let layout = map.texture.layout
    let shape = PixelShape(layout, right: across, down: along)
    if shape.largest == 1 {
      let found = TextureFootprint(layout, u0, v0, level: shape.level)
      footprint = MapFootprint(way: map.way, footprint: found)
      return map.texture.read(found)
    }
    // Places side by side along the pixel's longer axis; a lane that has fewer takes no part in the others.
    var sum = Lanes4(repeating: .zero)
    let step: SIMD8<Float> = 1 / shape.counts
    for index in 0..<shape.largest {
      let share: SIMD8<Float> = (Float(index) + 0.5) * step - 0.5
      let found = TextureFootprint(
        layout, u0 + shape.axisU * share, v0 + shape.axisV * share, level: shape.level)
      let weight = step.replacing(with: 0, where: shape.counts .<= Float(index))
      sum = sum + map.texture.read(found) * weight
    }
    return sum
  }
}

/// A footprint and what maps it holds for.
struct MapFootprint {
  let way: SoftwareMaterial.Map.Way
  let footprint: TextureFootprint
}

/// The weights of a triangle's second and third vertex at a place on the screen, in perspective, and how
/// they change per pixel.
struct Interpolation {
  let second, third, secondRight, secondDown, thirdRight, thirdDown: Float

  @inline(__always)
  init(_ triangle: ScreenTriangle, _ x: Float, _ y: Float) {
    let (across, down) = (x - triangle.x.x, y - triangle.y.x)
    @inline(__always)
    func at(_ plane: SIMD4<Float>) -> Float { plane.x + plane.y * across + plane.z * down }
    // Beside the triangle, and in slivers, the planes run out of their range.
    let nearness = min(max(at(triangle.nearness), triangle.nearness.w), triangle.second.w)
    let depth = 1 / nearness
    second = min(max(at(triangle.second) * depth, 0), 1)
    third = min(max(at(triangle.third) * depth, 0), 1)
    secondRight = (triangle.second.y - second * triangle.nearness.y) * depth
    secondDown = (triangle.second.z - second * triangle.nearness.z) * depth
    thirdRight = (triangle.third.y - third * triangle.nearness.y) * depth
    thirdDown = (triangle.third.z - third * triangle.nearness.z) * depth
  }
}
