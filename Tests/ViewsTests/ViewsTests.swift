import Foundation
import Imaging
import LinearMath
import Testing
import Views

@Suite struct ViewsTests {
  static let lens = Intrinsics(width: 800, height: 600, fieldOfView: 0.857)

  @Test func cameraSeesItsTargetInTheMiddle() {
    let camera = Camera(eye: [3, 2, 1], target: [0.5, 0, 0], intrinsics: Self.lens)
    let (pixel, depth) = camera.project([0.5, 0, 0])
    #expect(abs(pixel.x - 400) < 1e-9 && abs(pixel.y - 300) < 1e-9)
    #expect(abs(depth - SIMD3<Double>(2.5, 2, 1).length) < 1e-12)
    // Up in the world is up in the image, right is right.
    #expect(camera.project([0.5, 0.2, 0]).pixel.y < 300)
    #expect(abs(camera.worldFromCamera.linear.determinant - 1) < 1e-12)
  }

  @Test func cameraAboveThePoleIsARotation() {
    let camera = Camera(eye: [0, 5, 0], target: .zero, intrinsics: Self.lens)
    #expect(abs(camera.worldFromCamera.linear.determinant - 1) < 1e-12)
  }

  @Test(arguments: [Coverage.hemisphere, .sphere], [1, 2, 12, 100, 196, 400])
  func directionsCoverEvenly(_ coverage: Coverage, _ count: Int) {
    let directions = ViewSampling.directions(count: count, coverage: coverage)
    #expect(directions.count == count)
    #expect(directions.allSatisfy { abs($0.length - 1) < 1e-12 })
    if coverage == .hemisphere { #expect(directions.allSatisfy { $0.y > 0 }) }
    guard count >= 100 else { return }
    // Directions with equal areas lie about the root of that area apart: none crowded, none alone.
    let area = (coverage == .sphere ? 4.0 : 2.0) * .pi / Double(count)
    for (index, direction) in directions.enumerated() {
      let nearest = directions.enumerated().filter { $0.offset != index }
        .map { acos(min(1, direction.dot($0.element))) }.min()!
      #expect(nearest > 0.80 * area.squareRoot() && nearest < 1.25 * area.squareRoot())
    }
  }

  @Test func unitSphereFitsTheView() {
    let distance = ViewSampling.distance(intrinsics: Self.lens)
    // The tangent cone of the sphere stays inside the smaller angle.
    #expect(asin(1 / distance) < Self.lens.fieldOfViewY / 2)
  }

  /// A camera straight in front (+z of ours) of the object. In the +z-up world it stands at -y and
  /// looks along +y; image right is +x, image up is +z.
  @Test func frontCameraInOtherPeoplesAxes() {
    let camera = Camera(eye: [0, 0, 2], target: .zero, intrinsics: Self.lens)
    #expect(
      Conventions.transformMatrix(camera).rows == [
        [1, 0, 0, 0], [0, 0, -1, -2], [0, 1, 0, 0], [0, 0, 0, 1],
      ])
    let pose = Conventions.openCVFromWorld(camera)
    let (rotation, translation) = (Quaternion(rotation: pose.linear), pose.translation)
    // The object's centre is 2 ahead of an OpenCV camera.
    #expect((translation - [0, 0, 2]).length < 1e-12)
    // +z of the world is up, and OpenCV's y points down.
    #expect((rotation.matrix * [0, 0, 1] - [0, -1, 0]).length < 1e-12)
    #expect((rotation.matrix * [1, 0, 0] - [1, 0, 0]).length < 1e-12)
  }

  @Test func bothConventionsProjectAlike() {
    let camera = Camera(eye: [1.4, 0.8, -2], target: [0.1, 0, 0], intrinsics: Self.lens)
    let point = SIMD3<Double>(0.3, -0.2, 0.4)
    let pose = Conventions.openCVFromWorld(camera)
    let (rotation, translation) = (Quaternion(rotation: pose.linear), pose.translation)
    let local = rotation.matrix * Conventions.datasetVector(point) + translation
    let pixel = SIMD2(
      Self.lens.focalX * local.x / local.z + Self.lens.centerX,
      Self.lens.focalY * local.y / local.z + Self.lens.centerY)
    let ours = camera.project(point)
    #expect(abs(pixel.x - ours.pixel.x) < 1e-9 && abs(pixel.y - ours.pixel.y) < 1e-9)
    #expect(abs(local.z - ours.depth) < 1e-12)
  }

  @Test func depthImagesQuantise() {
    let camera = Camera(eye: [0, 0, 3], target: .zero, intrinsics: Self.lens)
    let blank = Image(width: 2, height: 2, filledWith: [0, 0, 0, 0])
    let frame = Frame(camera: camera, color: blank, depth: [0, 2.0004, 3.9996, 99], surface: blank)
    let wide = frame.depth16(unit: 0.001)
    let codes = (0..<4).map { Int(wide.bytes[2 * $0]) | Int(wide.bytes[2 * $0 + 1]) << 8 }
    #expect(codes == [0, 2000, 4000, 65_535])
    #expect(frame.depth8(near: 2, far: 4).bytes == [0, 255, 1, 1])
  }
}
