"""Noise schedules and samplers: what is known of them in closed form."""

import numpy as np
import pytest

from networks.diffusion import SCHEDULES, Guidance, NoiseSchedule, denoise, sampling_times


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("steps", [10, 1000])
def test_signal_falls_from_one_to_nothing(name, steps):
    schedule = NoiseSchedule.of(name, steps)
    assert schedule.steps == steps
    assert (schedule.signal[0], schedule.noise[0]) == (1, 0)
    assert (np.diff(schedule.signal) < 0).all()
    assert schedule.signal[-1] < 0.04
    np.testing.assert_allclose(schedule.signal**2 + schedule.noise**2, 1, rtol=1e-12)


def test_schedules_are_those_of_the_papers():
    linear = NoiseSchedule.of("linear", 1000)
    kept = linear.signal[1:] ** 2 / linear.signal[:-1] ** 2
    np.testing.assert_allclose(1 - kept, np.linspace(1e-4, 0.02, 1000), rtol=1e-9)
    cosine = NoiseSchedule.of("cosine", 1000)
    assert cosine.signal[500] ** 2 == pytest.approx(0.4938, abs=1e-3)  # Nichol & Dhariwal, fig. 5
    assert linear.signal[500] ** 2 < 0.1


@pytest.mark.parametrize("name", SCHEDULES)
def test_adding_noise_at_once_is_adding_it_step_by_step(name):
    rng = np.random.default_rng(0)
    schedule = NoiseSchedule.of(name, 50)
    z = start = np.full((1, 100_000), 2.0)
    for time in range(1, 21):
        a = schedule.signal[time] / schedule.signal[time - 1]
        z = a * z + np.sqrt(1 - a**2) * rng.standard_normal(z.shape)
    times = np.full(start.shape[1], 20)
    at_once = schedule.add(start, rng.standard_normal(z.shape), times)
    assert z.mean() == pytest.approx(at_once.mean(), abs=0.02)
    assert z.std() == pytest.approx(at_once.std(), rel=0.02)


@pytest.mark.parametrize("velocity", [True, False])
def test_a_right_prediction_gives_example_and_noise_back(velocity):
    rng = np.random.default_rng(0)
    schedule = NoiseSchedule.of("cosine", 100)
    z, epsilon = rng.normal(size=(2, 3, 5))
    for time in (1, 40, 99):
        times = np.full(5, time)
        noisy = schedule.add(z, epsilon, times)
        target = schedule.velocity(z, epsilon, times) if velocity else epsilon
        found = schedule.split(noisy, target, time, velocity)
        np.testing.assert_allclose(found, (z, epsilon), atol=1e-9)


def optimal(schedule, deviation):
    """The best prediction for examples from N(0, deviation^2): known exactly."""

    def predict(z, time):
        a, s = schedule.signal[time], schedule.noise[time]
        example = z * a * deviation**2 / (a**2 * deviation**2 + s**2)
        return example, (z - a * example) / s

    return predict


@pytest.mark.parametrize(("steps", "eta"), [(20, 0.0), (50, 0.0), (100, 1.0), (100, 0.5)])
def test_samplers_reach_a_gaussian_that_is_known(steps, eta):
    """Every sampler, at its usual number of steps, ends with the deviation of the examples."""
    rng = np.random.default_rng(0)
    schedule = NoiseSchedule.of("cosine", 100)
    z = rng.standard_normal((1, 50_000))
    found = denoise(optimal(schedule, 0.5), z, schedule, steps, eta, rng)
    assert found.mean() == pytest.approx(0, abs=0.02)
    assert found.std() == pytest.approx(0.5, rel=0.08)


def test_ddim_is_determined_by_its_noise():
    schedule = NoiseSchedule.of("linear", 100)
    z = np.random.default_rng(0).standard_normal((2, 10))
    predict = optimal(schedule, 0.5)
    runs = [denoise(predict, z, schedule, 10, 0.0, np.random.default_rng(i)) for i in (1, 2)]
    np.testing.assert_array_equal(*runs)
    other = denoise(predict, z, schedule, 10, 1.0, np.random.default_rng(1))
    assert not np.allclose(runs[0], other)


def test_a_step_of_ancestral_sampling_is_the_posterior():
    """Ho et al. 2020, eq. 6 and 7: mean and deviation of z_(t-1) given z_t and z_0."""
    schedule = NoiseSchedule.of("linear", 50)
    a, s = schedule.signal, schedule.noise
    t = 50
    example, z = 0.7, 1.3
    beta = 1 - (a[t] / a[t - 1]) ** 2
    mean = a[t - 1] * beta / s[t] ** 2 * example
    mean += a[t] / a[t - 1] * s[t - 1] ** 2 / s[t] ** 2 * z
    deviation = s[t - 1] / s[t] * np.sqrt(beta)
    seen = []

    def predict(z_t, time):
        return np.full_like(z_t, example), (z_t - a[time] * example) / s[time]

    start = np.full((1, 200_000), z)
    rng = np.random.default_rng(0)
    denoise(predict, start, schedule, 50, 1.0, rng, lambda step, z: seen.append(z))
    assert len(seen) == 51
    assert seen[1].mean() == pytest.approx(mean, abs=0.002)
    assert seen[1].std() == pytest.approx(deviation, rel=0.01)


def test_times_are_spread_evenly_from_noise_to_nothing():
    assert sampling_times(1000, 3) == [1000, 667, 333, 0]
    times = sampling_times(10, 10)
    assert times == list(range(10, -1, -1))


def test_guidance_is_applied_between_two_times():
    guidance = Guidance(2.0, 0.2, 0.6)
    assert [guidance.at(share) for share in (0.1, 0.2, 0.6, 0.7)] == [0, 2, 2, 0]


def test_mistakes_are_named():
    schedule = NoiseSchedule.of("cosine", 10)
    rng = np.random.default_rng(0)
    for call, words in (
        (lambda: NoiseSchedule.of("sine", 10), "schedule must be cosine or linear, not sine"),
        (lambda: NoiseSchedule.of("cosine", 1), "2 steps or more, not 1"),
        (lambda: sampling_times(10, 11), "steps must be 1 to 10, not 11"),
        (lambda: Guidance(-1), "guidance must be 0 to 100, not -1"),
        (lambda: Guidance(1, 0.5, 0.2), "from 0.5 to 0.2"),
        (lambda: denoise(None, np.zeros((1, 1)), schedule, 5, 2.0, rng), "eta must be 0 to 1"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
