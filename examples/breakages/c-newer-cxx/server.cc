#include <charconv>
#include <format>
#include <iostream>

int main()
{
    std::cout << std::format("{:.2f} of {}", 0.5, "all") << std::endl;
}
