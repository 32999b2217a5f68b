import LinearMath

/// A triangle as a view shows it.
///
/// Corners lie on a grid of 1/256 pixel and run clockwise on the screen, so that whether a sample is inside
/// is decided exactly. What is interpolated are planes over the screen of things divided by depth, from the
/// first corner: value there, change per pixel to the right, change per pixel down.
struct ScreenTriangle {
  /// Of the three corners, in pixels from the image's top left.
  let x: SIMD3<Float>
  let y: SIMD3<Float>
  /// One over the depth; in the last place its least value in the triangle.
  let nearness: SIMD4<Float>
  /// The weight of the second vertex over the depth; in the last place the largest nearness.
  let second: SIMD4<Float>
  /// The weight of the third vertex over the depth.
  let third: SIMD4<Float>
  /// Of the surface's vertices those that are interpolated; then the surface, and whether its back shows.
  let vertices: SIMD4<UInt32>

  var surface: Int { Int(vertices.w >> 1) }
  var showsBack: Bool { vertices.w & 1 != 0 }

  /// Whether two triangles go on into one another, with all that is interpolated: those of one surface,
  /// seen from one side, with a common vertex.
  @inline(__always)
  func continues(_ other: ScreenTriangle) -> Bool {
    if vertices.w != other.vertices.w { return false }
    func has(_ vertex: UInt32) -> Bool {
      vertices.x == vertex || vertices.y == vertex || vertices.z == vertex
    }
    return has(other.vertices.x) || has(other.vertices.y) || has(other.vertices.z)
  }
}

/// A corner on its way to the screen.
struct ScreenCorner {
  /// In pixels, on the grid.
  var place: SIMD2<Float>
  var nearness: Float
  /// The weights of the triangle's second and third vertex here.
  var weights: SIMD2<Float>
}

extension ScreenTriangle {
  /// - Parameters:
  ///   - vertices: that the corners' weights belong to.
  ///   - area: twice the area of the triangle on the screen, positive clockwise.
  init(
    _ a: ScreenCorner, _ b: ScreenCorner, _ c: ScreenCorner, area: Double,
    vertices: SIMD3<UInt32>, surface: Int, showsBack: Bool
  ) {
    x = SIMD3(a.place.x, b.place.x, c.place.x)
    y = SIMD3(a.place.y, b.place.y, c.place.y)
    let toB = SIMD2<Double>(b.place) - SIMD2<Double>(a.place)
    let toC = SIMD2<Double>(c.place) - SIMD2<Double>(a.place)
    let (scaledB, scaledC) = (toB / area, toC / area)
    func plane(_ atA: Float, _ atB: Float, _ atC: Float, _ last: Float) -> SIMD4<Float> {
      let (up, across) = (Double(atB) - Double(atA), Double(atC) - Double(atA))
      return SIMD4(
        atA, Float(up * scaledC.y - across * scaledB.y),
        Float(across * scaledB.x - up * scaledC.x), last)
    }
    let near = SIMD3(a.nearness, b.nearness, c.nearness)
    nearness = plane(near.x, near.y, near.z, near.min())
    second = plane(
      a.weights.x * near.x, b.weights.x * near.y, c.weights.x * near.z, near.max())
    third = plane(a.weights.y * near.x, b.weights.y * near.y, c.weights.y * near.z, 0)
    self.vertices = SIMD4(vertices, UInt32(surface) << 1 | (showsBack ? 1 : 0))
  }
}
