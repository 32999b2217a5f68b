import Foundation
import LinearMath
import Settings
import TestSupport
import Testing
import Views

@Suite struct ViewPlanTests {
  private func settings(_ flags: [(String, String)]) throws -> ViewSettings {
    try ViewSettings(layers: [.flags(flags.map { (flag: $0.0, words: $0.1) })])
  }

  private func plan(_ flags: (String, String)..., seed: UInt64 = 0) throws -> ViewPlan {
    try ViewPlan(try settings(flags), seed: seed, testFraction: 0)
  }

  private func degrees(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double {
    acos(min(1, a.normalized.dot(b.normalized))) * 180 / .pi
  }

  /// Test views are new cameras on the same dome, none of them where another is.
  @Test func testViewsLieBetweenTheOthers() throws {
    let plan = try plan(("--views", "100"), ("--test-fraction", "0.2"))
    #expect(plan.train.count == 100 && plan.test.count == 20 && plan.validation.count == 10)
    #expect(try self.plan(("--views", "100")).train == plan.train)
    for camera in plan.test {
      let nearest = (plan.train + plan.validation).map { degrees($0.eye, camera.eye) }.min()!
      #expect(nearest > 2 && nearest < 20)
    }
    let heights = plan.test.map { $0.eye.y / $0.eye.length }
    #expect(heights.min()! < 0.1 && heights.max()! > 0.9, "over the whole dome")
  }

  @Test func ringsHaveTheirHeights() throws {
    let plan = try plan(
      ("--views", "48"), ("--sampling", "rings"), ("--elevations-degrees", "-10,0,20,60"))
    let heights = plan.train.map { asin($0.eye.y / $0.eye.length) * 180 / .pi }
    for (ring, elevation) in [-10.0, 0, 20, 60].enumerated() {
      for view in 12 * ring..<12 * ring + 12 { #expect(abs(heights[view] - elevation) < 1e-9) }
    }
    let step = degrees(
      [plan.train[12].eye.x, 0, plan.train[12].eye.z],
      [plan.train[13].eye.x, 0, plan.train[13].eye.z])
    #expect(abs(step - 30) < 1e-9)
  }

  /// What is drawn by lot keeps its limits, differs between views, and is the same for the same seed.
  @Test func lotsAreSeededAndWithinTheirLimits() throws {
    let flags = [
      ("--views", "200"), ("--sampling", "random"), ("--coverage", "sphere"),
      ("--distance", "3,5"), ("--field-of-view-range-degrees", "30,60"),
      ("--aim-jitter-degrees", "5"), ("--roll-jitter-degrees", "20"),
    ]
    let plan = try ViewPlan(try settings(flags), seed: 7, testFraction: 0)
    #expect(try ViewPlan(try settings(flags), seed: 7, testFraction: 0) == plan)
    #expect(try ViewPlan(try settings(flags), seed: 8, testFraction: 0) != plan)
    let fewer = try settings([("--views", "50")] + flags.dropFirst())
    #expect(
      try ViewPlan(fewer, seed: 7, testFraction: 0).train == Array(plan.train.prefix(50)),
      "a view's camera does not depend on how many there are")
    for camera in plan.train {
      #expect((3.0...5).contains(camera.eye.length))
      let angle = camera.intrinsics.fieldOfViewX * 180 / .pi
      #expect((30.0...60).contains(angle))
      let (right, up, back) = camera.worldFromCamera.linear.columns
      #expect(degrees(back, camera.eye) <= 5 + 1e-9)
      #expect(abs(camera.worldFromCamera.linear.determinant - 1) < 1e-9)
      #expect(abs(right.dot(up)) < 1e-12 && abs(up.dot(back)) < 1e-12)
    }
    #expect(Set(plan.train.map { $0.eye.length }).count == 200)
    let heights = plan.train.map { $0.eye.y / $0.eye.length }
    #expect(heights.min()! < -0.9 && heights.max()! > 0.9)
  }

  @Test func jitterMovesCamerasALittle() throws {
    let (still, moved) = (
      try plan(("--views", "60")), try plan(("--views", "60"), ("--jitter-degrees", "6"))
    )
    let steps = zip(still.train, moved.train).map { degrees($0.eye, $1.eye) }
    #expect(steps.max()! <= 6 + 1e-6 && steps.max()! > 4 && steps.min()! < 4)
    #expect(moved.train.allSatisfy { $0.eye.y >= 0 }, "a hemisphere stays one")
  }

  /// Cameras that were written are read back as they were.
  @Test func camerasComeFromAFile() throws {
    let folder = TemporaryFolder()
    let camera = try plan(("--views", "5")).train[3]
    let rows = Conventions.transformMatrix(camera).rows
    let file = folder.write(
      """
      {"fl_x": \(camera.intrinsics.focalX), "w": 640, "h": 480,
       "frames": [{"transform_matrix": \(rows)}, {"fl_x": 700, "transform_matrix": \(rows)}]}
      """, as: "cameras.json")
    let plan = try plan(("--cameras", file))
    #expect(plan.train.count == 2 && plan.train[1].intrinsics.focalX == 700)
    #expect(plan.train[0].intrinsics.height == 480 && plan.train[0].intrinsics.centerX == 320)
    #expect((plan.train[0].eye - camera.eye).length < 1e-12)
    for (bad, words) in [
      ("[]", "no list"), ("{", "not JSON"), ("{\"frames\": [{}]}", "transform_matrix"),
      ("{\"frames\": [{\"transform_matrix\": \(rows)}]}", "camera_angle_x"),
      (
        "{\"fl_x\": 5, \"frames\": [{\"transform_matrix\": [[2,0,0,0],[0,1,0,0],[0,0,1,0]]}]}",
        "no rotation"
      ),
    ] {
      let path = folder.write(bad, as: "bad.json")
      let error = #expect(throws: (any Error).self) { try self.plan(("--cameras", path)) }
      #expect("\(error!)".contains(words))
    }
  }

  @Test(arguments: [
    ("--distance", "5,3"), ("--distance", "0.5"), ("--field-of-view-range-degrees", "30"),
    ("--elevations-degrees", "10"),
  ])
  func senselessSettingsAreRefused(_ flag: String, _ words: String) {
    #expect(throws: SettingsError.self) { try settings([(flag, words)]) }
  }
}
