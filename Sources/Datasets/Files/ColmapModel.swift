import LinearMath
import Views

/// A COLMAP model: what COLMAP, gsplat and the original 3D Gaussian Splatting read. Its points lie on the surface;
/// each is listed in views that see it, where its projection falls.
struct ColmapModel {
  /// A camera for every lens there is.
  private var lenses: [Intrinsics] = []
  private var images: [Image] = []
  private let points: [Point]

  private struct Image {
    let name: String
    let lens: Int
    let rotation: Quaternion
    let translation: SIMD3<Double>
    var seen: [(pixel: SIMD2<Double>, point: Int)] = []
  }

  private struct Point {
    let position: SIMD3<Double>
    let color: SIMD3<UInt8>
    var track: [(image: Int, place: Int)] = []
  }

  init(
    _ views: [SetView], _ set: SetRecord, trackLength: Int, name: (SetView) -> String
  ) {
    for view in views {
      let lens = view.camera.intrinsics
      if !lenses.contains(lens) { lenses.append(lens) }
      let pose = Conventions.openCVFromWorld(view.camera)
      images.append(
        Image(
          name: name(view), lens: lenses.firstIndex(of: lens)!,
          rotation: Quaternion(rotation: pose.linear), translation: pose.translation))
    }
    var points: [Point] = []
    points.reserveCapacity(set.points.count)
    for (number, point) in set.points.enumerated() {
      let place = SIMD3<Double>(point.position)
      var entry = Point(position: Conventions.datasetVector(place), color: point.color)
      for view in point.views.prefix(trackLength) {
        entry.track.append((view, images[view].seen.count))
        images[view].seen.append((views[view].camera.project(place).pixel, number))
      }
      points.append(entry)
    }
    self.points = points
  }

  // MARK: Text

  func textFiles(_ folder: String) -> [SetFile] {
    [
      SetFile(folder + "cameras.txt", text: camerasText),
      SetFile(folder + "images.txt", text: imagesText),
      SetFile(folder + "points3D.txt", text: pointsText),
    ]
  }

  private var camerasText: String {
    var text = "# CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]\n"
    for (index, lens) in lenses.enumerated() {
      text += "\(index + 1) PINHOLE \(lens.width) \(lens.height) \(lens.focalX) \(lens.focalY)"
      text += " \(lens.centerX) \(lens.centerY)\n"
    }
    return text
  }

  private var imagesText: String {
    var text = "# IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME\n"
    text += "# POINTS2D[] as (X, Y, POINT3D_ID)\n"
    for (index, image) in images.enumerated() {
      let (q, t) = (image.rotation, image.translation)
      text += "\(index + 1) \(q.w) \(q.x) \(q.y) \(q.z) \(t.x) \(t.y) \(t.z) \(image.lens + 1)"
      text += " \(image.name)\n"
      for (number, seen) in image.seen.enumerated() {
        text += number == 0 ? "" : " "
        text += "\(Float(seen.pixel.x)) \(Float(seen.pixel.y)) \(seen.point + 1)"
      }
      text += "\n"
    }
    return text
  }

  private var pointsText: String {
    var text = "# POINT3D_ID, X, Y, Z, R, G, B, ERROR, TRACK[] as (IMAGE_ID, POINT2D_IDX)\n"
    for (index, point) in points.enumerated() {
      let (p, c) = (SIMD3<Float>(point.position), point.color)
      text += "\(index + 1) \(p.x) \(p.y) \(p.z) \(c.x) \(c.y) \(c.z) 0"
      for (image, place) in point.track { text += " \(image + 1) \(place)" }
      text += "\n"
    }
    return text
  }

  // MARK: Binary

  func binaryFiles(_ folder: String) -> [SetFile] {
    [
      SetFile(folder + "cameras.bin", camerasBytes),
      SetFile(folder + "images.bin", imagesBytes),
      SetFile(folder + "points3D.bin", pointsBytes),
    ]
  }

  private var camerasBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: UInt64(lenses.count))
    for (index, lens) in lenses.enumerated() {
      bytes.append(little: UInt32(index + 1))
      // The number of the model PINHOLE.
      bytes.append(little: UInt32(1))
      for size in [lens.width, lens.height] { bytes.append(little: UInt64(size)) }
      for number in [lens.focalX, lens.focalY, lens.centerX, lens.centerY] {
        bytes.append(little: number.bitPattern)
      }
    }
    return bytes
  }

  private var imagesBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: UInt64(images.count))
    for (index, image) in images.enumerated() {
      bytes.append(little: UInt32(index + 1))
      let (q, t) = (image.rotation, image.translation)
      for number in [q.w, q.x, q.y, q.z, t.x, t.y, t.z] { bytes.append(little: number.bitPattern) }
      bytes.append(little: UInt32(image.lens + 1))
      bytes += Array(image.name.utf8) + [0]
      bytes.append(little: UInt64(image.seen.count))
      for (pixel, point) in image.seen {
        bytes.append(little: pixel.x.bitPattern)
        bytes.append(little: pixel.y.bitPattern)
        bytes.append(little: UInt64(point + 1))
      }
    }
    return bytes
  }

  private var pointsBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(little: UInt64(points.count))
    for (index, point) in points.enumerated() {
      bytes.append(little: UInt64(index + 1))
      for axis in 0..<3 { bytes.append(little: point.position[axis].bitPattern) }
      for channel in 0..<3 { bytes.append(point.color[channel]) }
      bytes.append(little: Double(0).bitPattern)
      bytes.append(little: UInt64(point.track.count))
      for (image, place) in point.track {
        bytes.append(little: UInt32(image + 1))
        bytes.append(little: UInt32(place))
      }
    }
    return bytes
  }
}
