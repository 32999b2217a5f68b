import LinearMath
import Views

/// A COLMAP model as text: what COLMAP, gsplat and the original 3D Gaussian Splatting read.
enum ColmapModel {
  /// Files under `sparse/0/`. Points carry no tracks: they were sampled from the surface, not matched.
  static func files(
    cameras: [Camera], points: [DatasetPoint]
  ) -> [(name: String, bytes: [UInt8])] {
    [
      ("sparse/0/cameras.txt", Array(camerasText(cameras[0].intrinsics).utf8)),
      ("sparse/0/images.txt", Array(imagesText(cameras).utf8)),
      ("sparse/0/points3D.txt", Array(pointsText(points).utf8)),
    ]
  }

  private static func camerasText(_ lens: Intrinsics) -> String {
    """
    # CAMERA_ID, MODEL, WIDTH, HEIGHT, PARAMS[]
    1 PINHOLE \(lens.width) \(lens.height) \(lens.focalX) \(lens.focalY) \(lens.centerX) \(lens.centerY)

    """
  }

  private static func imagesText(_ cameras: [Camera]) -> String {
    var text = "# IMAGE_ID, QW, QX, QY, QZ, TX, TY, TZ, CAMERA_ID, NAME; then POINTS2D[]\n"
    for (index, camera) in cameras.enumerated() {
      let (q, t) = Conventions.colmapPose(camera)
      let name = FrameFiles(index: index).image.dropFirst("images/".count)
      text += "\(index + 1) \(q.w) \(q.x) \(q.y) \(q.z) \(t.x) \(t.y) \(t.z) 1 \(name)\n\n"
    }
    return text
  }

  private static func pointsText(_ points: [DatasetPoint]) -> String {
    var text = "# POINT3D_ID, X, Y, Z, R, G, B, ERROR, TRACK[]\n"
    for (index, point) in points.enumerated() {
      let (p, c) = (point.position, point.color)
      text += "\(index + 1) \(p.x) \(p.y) \(p.z) \(c.x) \(c.y) \(c.z) 0\n"
    }
    return text
  }
}
